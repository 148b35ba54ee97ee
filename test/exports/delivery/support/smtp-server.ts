import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { certify, loopbackNames } from '../../../transfer/support/certificates.ts';
import { temporaryFolder } from './outgoing-file.ts';

/** A mail that was taken whole. */
export interface TakenMail {
  recipients: string[];
  source: string;
  /** Came through TLS. */
  secure: boolean;
  user: string | undefined;
}

export interface TestMailServer {
  port: number;
  mails: TakenMail[];
  /** PEM file of the authority to trust. */
  authority: string;
  /** Waits until no client is connected any more: what has not arrived by then never will. */
  idle(): Promise<void>;
}

interface Wishes {
  /** TLS from the first byte. */
  implicit?: boolean;
  /** No STARTTLS. */
  plain?: boolean;
  names?: readonly string[];
  /** The only login that it lets in; without it none is wanted. */
  login?: { user: string; password: string };
  /** Recipients that it refuses, with the number. */
  refuses?: Readonly<Record<string, number>>;
  /** What it answers to a whole mail. */
  verdict?: () => number | Promise<number>;
  more?: SMTPServerOptions;
}

/** A real SMTP server on 127.0.0.1 for one test. */
export async function startMailServer(wishes: Wishes = {}): Promise<TestMailServer> {
  const { close, ...server } = await openMailServer(temporaryFolder(), wishes);
  onTestFinished(close);
  return server;
}

/** A real SMTP server on 127.0.0.1 until `close`; its certificate is made in `folder`. */
export async function openMailServer(
  folder: string,
  {
    implicit = false,
    plain = false,
    names = loopbackNames,
    login,
    refuses = {},
    verdict = () => 250,
    more = {},
  }: Wishes = {},
): Promise<TestMailServer & { close(): Promise<void> }> {
  const { certificate, key, authority } = await certify(folder, names);
  const mails: TakenMail[] = [];
  const no = (responseCode: number, words: string) => Object.assign(new Error(words), { responseCode });
  const server = new SMTPServer({
    secure: implicit,
    cert: readFileSync(certificate),
    key: readFileSync(key),
    logger: false,
    closeTimeout: 100,
    disabledCommands: [...(plain ? ['STARTTLS'] : []), ...(login ? [] : ['AUTH'])],
    authOptional: login === undefined,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(no(535, `no such user, or not with ${String(password)}`));
    },
    onRcptTo({ address }, _session, done) {
      const code = refuses[address];
      done(code === undefined ? null : no(code, `not to ${address}`));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('error', () => undefined);
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        void (async () => {
          const code = await verdict();
          if (code !== 250) return done(no(code, 'not this mail'));
          mails.push({
            recipients: session.envelope.rcptTo.map(({ address }) => address),
            source: Buffer.concat(chunks).toString('latin1'),
            secure: session.secure,
            user: session.user as string | undefined,
          });
          done(null, `taken as ${mails.length}`);
        })();
      });
    },
    ...more,
  });
  server.on('error', () => undefined);
  const listener = server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => listener.once('listening', resolve));
  const { port, address } = listener.address() as AddressInfo;
  if (address !== '127.0.0.1') throw new Error(`listens on ${address}`);
  return {
    port,
    mails,
    authority,
    async idle() {
      while (server.connections.size > 0) await sleep(2);
    },
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

/** The attachment of a mail, decoded. */
export function attachmentOf({ source }: TakenMail): Buffer {
  const [, body = ''] =
    /Content-Transfer-Encoding: base64\r\n(?:[^\r]+\r\n)*\r\n([A-Za-z0-9+/=\r\n]*)/.exec(source) ?? [];
  return Buffer.from(body, 'base64');
}
