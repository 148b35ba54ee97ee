import type { Readable } from 'node:stream';
import SMTPConnection, { type SMTPError } from 'nodemailer/lib/smtp-connection';
import { resolveSecret } from '../../../settings/secrets.ts';
import { hostAndPort } from '../../../transfer/ftp/dial.ts';
import { quote } from '../../../transfer/ftp/problem.ts';
import { readAuthorities } from '../../../transfer/ftp/server.ts';
import { explain } from './explain.ts';
import { connectionOf, type MailDestination } from './settings.ts';

/** How long a server may think about a whole mail, ms (RFC 5321, 4.5.3.2.6): it is judged for spam meanwhile. */
const JUDGING = 600_000;

/** How long the answer to QUIT may take, ms. */
const GOOD_BYE = 5_000;

/** What the server says of one recipient. */
export interface Refusal {
  error: string;
  permanent: boolean;
}

/** A talk with a mail server, logged in. Errors name host and port, and hold no password. */
export class Session {
  private readonly connection: SMTPConnection;
  private readonly address: string;
  private readonly secrets: string[];

  private constructor(connection: SMTPConnection, address: string, secrets: string[]) {
    this.connection = connection;
    this.address = address;
    this.secrets = secrets;
  }

  /** Connects, with TLS where it is wanted, and logs in. `root`: the folder where a relative `ca` starts. */
  static async open(settings: MailDestination, root: string, signal: AbortSignal): Promise<Session> {
    const { host, user, timeout, ca } = settings;
    const { tls, port } = connectionOf(settings);
    const password = settings.password === undefined ? undefined : await resolveSecret(settings.password);
    const connection = new SMTPConnection({
      host,
      port,
      secure: tls === 'implicit',
      requireTLS: tls === 'required',
      ignoreTLS: tls === 'none',
      // NODE_TLS_REJECT_UNAUTHORIZED must not turn the check off.
      tls: { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca: readAuthorities(ca, root) }) },
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      dnsTimeout: timeout,
      socketTimeout: timeout,
    });
    const session = new Session(
      connection,
      hostAndPort(host, port),
      password === undefined ? [] : [password],
    );
    // Each method hears of it by `run`; without a listener it would end the process.
    connection.on('error', () => undefined);
    try {
      await session.run((done) => connection.connect(done), signal);
      if (user !== undefined && password !== undefined)
        await session.run((done) => connection.login({ user, pass: password }, done), signal);
      return session;
    } catch (error) {
      session.close();
      throw signal.aborted
        ? signal.reason
        : explain(error as SMTPError, session.address, session.secrets, settings);
    }
  }

  /** Sends a mail. The recipients that were refused beforehand are in `refusals`, at the latest when `stream` has ended. */
  async send(
    envelope: { from: string; to: string[]; size: number },
    stream: Readable,
    signal: AbortSignal,
  ): Promise<string> {
    try {
      const { response } = await this.run<{ response: string }>(
        (done) => this.connection.send(envelope, stream, done),
        signal,
      );
      return quote(response, this.secrets);
    } catch (error) {
      throw signal.aborted ? signal.reason : explain(error as SMTPError, this.address, this.secrets);
    }
  }

  /** What became of each recipient that the server did not take. */
  get refusals(): Map<string, Refusal> {
    // The library tells of them only when the mail is taken, and they are refused whatever becomes of it.
    const { _envelope: envelope } = this.connection as unknown as {
      _envelope?: { rejectedErrors?: SMTPError[] };
    };
    const refusals = new Map<string, Refusal>();
    for (const { recipient, response = '', responseCode = 0 } of envelope?.rejectedErrors ?? [])
      if (recipient !== undefined)
        refusals.set(recipient, {
          error: `${this.address} refuses ${recipient}: ${quote(response, this.secrets)}`,
          permanent: responseCode >= 500,
        });
    return refusals;
  }

  /** From now on the server has the whole mail, and may think about it. */
  letJudge(): void {
    if (this.connection._socket) this.connection._socket.setTimeout(JUDGING);
  }

  /** Says good-bye; a server that does not answer to that is left. */
  quit(): void {
    if (this.connection._socket) this.connection._socket.setTimeout(GOOD_BYE);
    this.connection.quit();
  }

  /** Breaks it off; what was being sent has no end, so that the server throws it away. */
  close(): void {
    this.connection.close();
    if (this.connection._socket) this.connection._socket.destroy();
  }

  /** Calls one of the library's functions; ends too when the connection does, or the signal is aborted. */
  private async run<T>(
    begin: (done: (error?: Error | null, result?: T) => void) => void,
    signal: AbortSignal,
  ): Promise<T> {
    signal.throwIfAborted();
    let fail: (error: Error) => void = () => undefined;
    const stop = () => fail(signal.reason as Error);
    try {
      return await new Promise<T>((resolve, reject) => {
        fail = reject;
        signal.addEventListener('abort', stop);
        this.connection.on('error', fail);
        begin((error, result) => (error ? reject(error) : resolve(result as T)));
      });
    } finally {
      signal.removeEventListener('abort', stop);
      this.connection.off('error', fail);
    }
  }
}
