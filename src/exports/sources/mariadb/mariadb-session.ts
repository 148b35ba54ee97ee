import { createConnection, type Connection, type ConnectionOptions } from 'mysql2';
import type { ResolvedSource } from '../resolve-connection.ts';
import type { Session, SessionOptions, Statement } from '../source-session.ts';
import { Running } from './running.ts';

/** A server that restarts may take so long, ms. */
const CONNECT_WITHIN_MS = 10_000;
/** So long the server waits for somebody to take rows, s; by itself a minute. */
const WAITS_FOR_READER_S = 86_400;

/** A session with a MariaDB or MySQL: one transaction, rolled back at the end. Times are UTC: cells are read so. */
export class MariadbSession implements Session {
  private readonly connection: Connection;
  private readonly settings: ResolvedSource;
  private readonly signal: AbortSignal;
  private current: Running | undefined;
  private readonly abort = () => void this.close();

  private constructor(connection: Connection, settings: ResolvedSource, signal: AbortSignal) {
    this.connection = connection;
    this.settings = settings;
    this.signal = signal;
    signal.addEventListener('abort', this.abort, { once: true });
  }

  /** @throws {Error} of the driver when the server cannot be reached, or refuses the login. */
  static async open(settings: ResolvedSource, { readOnly, signal }: SessionOptions): Promise<MariadbSession> {
    const connection = await dial(settings);
    const session = new MariadbSession(connection, settings, signal);
    try {
      await session.run({
        text: `set time_zone = '+00:00', net_write_timeout = ${WAITS_FOR_READER_S}`,
        parameters: [],
      });
      await session.run({ text: `start transaction${readOnly ? ' read only' : ''}`, parameters: [] });
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async run(statement: Statement): Promise<void> {
    const running = await this.begin(statement).begun();
    for await (const _rows of running.batches());
  }

  query(statement: Statement): Promise<Running> {
    return this.begin(statement).begun();
  }

  async close(): Promise<void> {
    this.signal.removeEventListener('abort', this.abort);
    if (this.current?.isEnded === false) await kill(this.connection.threadId, this.settings);
    // What has not been read must not be waited for.
    this.connection.destroy();
  }

  private begin(statement: Statement): Running {
    this.signal.throwIfAborted();
    this.current = new Running(this.connection, statement);
    return this.current;
  }
}

/** Tells the server to stop what a session runs, by another one. Never throws. */
async function kill(thread: number | undefined, settings: ResolvedSource): Promise<void> {
  const connection = await dial(settings).catch(() => undefined);
  if (!connection || thread === undefined) return;
  await new Promise((resolve) => connection.query(`kill query ${thread}`, resolve));
  connection.destroy();
}

function dial(settings: ResolvedSource): Promise<Connection> {
  const connection = createConnection(connectionOptions(settings));
  // A lost connection is told by the statement that runs.
  connection.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    connection.connect((error) => {
      if (!error) return resolve(connection);
      connection.destroy();
      return reject(error);
    });
  });
}

function connectionOptions(settings: ResolvedSource): ConnectionOptions {
  const { host, port, database, user, password } =
    settings.url === undefined ? settings : within(settings.url);
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(database === undefined ? {} : { database }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(settings.tls ? { ssl: { ...settings.tls, rejectUnauthorized: true, verifyIdentity: true } } : {}),
    charset: 'utf8mb4',
    connectTimeout: CONNECT_WITHIN_MS,
    enableKeepAlive: true,
    // Exactly what the server says: text where a number or a `Date` would be another value.
    supportBigNumbers: true,
    dateStrings: true,
    jsonStrings: true,
  };
}

function within(url: string): ResolvedSource {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    host: hostname.replaceAll(/^\[|\]$/g, ''),
    ...(port === '' ? {} : { port: Number(port) }),
    ...(pathname.length > 1 ? { database: decodeURIComponent(pathname.slice(1)) } : {}),
    ...(username === '' ? {} : { user: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}
