import type { Readable } from 'node:stream';
import SMTPConnection, { type SMTPConnectionSendInfo, type SMTPError } from 'nodemailer/lib/smtp-connection';
import { resolveSecret } from '../../../settings/secrets.ts';
import { hostAndPort } from '../../../settings/network.ts';
import { quote } from '../../../transfer/ftp/problem.ts';
import { readAuthorities } from '../../../transfer/ftp/ftp-server.ts';
import { explain } from './explain-smtp.ts';
import { insideOf, type Inside } from './nodemailer-inside.ts';
import { connectionOf, type MailDestination } from './mail-settings.ts';

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
  private inside: Inside | undefined;
  /** What the library tells by itself of recipients that were refused. */
  private told: readonly SMTPError[] = [];

  private constructor(connection: SMTPConnection, address: string, secrets: string[]) {
    this.connection = connection;
    this.address = address;
    this.secrets = secrets;
  }

  /**
   * Connects, with TLS where it is wanted, and logs in.
   * @param root the folder where a relative `ca` starts.
   * @param tell gets a sentence when the mail goes another way than it should.
   */
  static async open(
    settings: MailDestination,
    root: string,
    signal: AbortSignal,
    tell: (text: string) => void,
  ): Promise<Session> {
    const { user, timeout } = settings;
    const password = settings.password === undefined ? undefined : await resolveSecret(settings.password);
    const secrets = password === undefined ? [] : [password];
    let session = await this.connect(settings, root, signal, { secrets, silent: timeout });
    const inside = insideOf(session.connection);
    if (typeof inside === 'string') {
      tell(
        `nodemailer is not as expected inside (${inside}): a server that falls silent is left only after ${JUDGING / 60_000} minutes, and who is refused shares the outcome of a mail that fails`,
      );
      session.close();
      // How long it may judge must be known beforehand: longer than `timeout` at each step, never shorter at the last.
      session = await this.connect(settings, root, signal, { secrets, silent: Math.max(timeout, JUDGING) });
    } else session.inside = inside;
    if (user !== undefined && password !== undefined)
      await session.orClose(settings, signal, (done) =>
        session.connection.login({ user, pass: password }, done),
      );
    return session;
  }

  /** `silent`: ms for which the server may say nothing. */
  private static async connect(
    settings: MailDestination,
    root: string,
    signal: AbortSignal,
    { secrets, silent }: { secrets: string[]; silent: number },
  ): Promise<Session> {
    const { host, timeout, ca } = settings;
    const { tls, port } = connectionOf(settings);
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
      socketTimeout: silent,
      // At once, instead of sending first what is still to be sent.
      socketCloseTimeout: 0,
    });
    const session = new Session(connection, hostAndPort(host, port), secrets);
    // Each method hears of it by `run`; without a listener it would end the process.
    connection.on('error', () => undefined);
    await session.orClose(settings, signal, (done) => connection.connect(done));
    return session;
  }

  /** A step of opening it; when it fails there is no session. */
  private async orClose(
    settings: MailDestination,
    signal: AbortSignal,
    begin: (done: (error?: Error | null) => void) => void,
  ): Promise<void> {
    try {
      await this.run(begin, signal);
    } catch (error) {
      this.close();
      throw signal.aborted
        ? signal.reason
        : explain(error as SMTPError, this.address, this.secrets, settings);
    }
  }

  /** Sends a mail. The recipients that were refused beforehand are in `refusals`, at the latest when `stream` has ended. */
  async send(
    envelope: { from: string; to: string[]; size: number },
    stream: Readable,
    signal: AbortSignal,
  ): Promise<string> {
    try {
      const { response, rejectedErrors = [] } = await this.run<SMTPConnectionSendInfo>(
        (done) => this.connection.send(envelope, stream, done),
        signal,
      );
      this.told = rejectedErrors;
      return quote(response, this.secrets);
    } catch (error) {
      this.told = (error as SMTPError).rejectedErrors ?? [];
      throw signal.aborted ? signal.reason : explain(error as SMTPError, this.address, this.secrets);
    }
  }

  /** What became of each recipient that the server did not take. */
  get refusals(): Map<string, Refusal> {
    const refusals = new Map<string, Refusal>();
    for (const { recipient, response = '', responseCode = 0 } of this.inside?.refused() ?? this.told)
      if (recipient !== undefined)
        refusals.set(recipient, {
          error: `${this.address} refuses ${recipient}: ${quote(response, this.secrets)}`,
          permanent: responseCode >= 500,
        });
    return refusals;
  }

  /** From now on the server has the whole mail, and may think about it. */
  letJudge(): void {
    this.inside?.socket.setTimeout(JUDGING);
  }

  /** Says good-bye; a server that does not answer to that is left. */
  quit(): void {
    setTimeout(() => this.connection.close(), GOOD_BYE).unref();
    this.connection.quit();
  }

  /** Breaks it off; what was being sent has no end, so that the server throws it away. */
  close(): void {
    this.connection.close();
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
