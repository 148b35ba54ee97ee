import pg from 'pg';
import type { ResolvedSource } from '../resolve-connection.ts';
import type { Result, Session, SessionOptions, Statement } from '../source-session.ts';
import { ByObjects } from './by-objects.ts';
import { ByWire } from './by-wire.ts';
import { Unexpected } from './pg-inside.ts';
import type { Way } from './way.ts';

/** A server that restarts may take so long, ms. */
const CONNECT_WITHIN_MS = 10_000;
/** How often the server looks whether this process is still there while it works. */
const LOOK_AT_CLIENT = '2s';

/** A session with a PostgreSQL: one transaction, rolled back at the end. Times are UTC, dates ISO: cells are read so. */
export class PostgresSession implements Session {
  private readonly client: pg.Client;
  private readonly way: Way;
  private readonly signal: AbortSignal;
  private readonly abort = () => void this.close();

  private constructor(client: pg.Client, way: Way, signal: AbortSignal) {
    this.client = client;
    this.way = way;
    this.signal = signal;
    signal.addEventListener('abort', this.abort, { once: true });
  }

  /** @throws {Error} of the driver when the server cannot be reached, or refuses the login. */
  static async open(settings: ResolvedSource, options: SessionOptions): Promise<PostgresSession> {
    const { signal, tell } = options;
    const config = clientConfig(settings);
    try {
      return await this.over(settings, options, (client) => ByWire.over(client));
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Unexpected)) throw error;
      tell(
        `pg is not as expected inside (${error.message}): rows come by a cursor, as objects, which is slower and gives the same`,
      );
      return this.over(settings, options, (client) => ByObjects.over(client, config));
    }
  }

  private static async over(
    settings: ResolvedSource,
    { readOnly, signal }: SessionOptions,
    wayOver: (client: pg.Client) => Promise<Way>,
  ): Promise<PostgresSession> {
    const client = new pg.Client(clientConfig(settings));
    // A lost connection is told by the statement that runs, or by the next.
    client.on('error', () => undefined);
    const giveUp = () => void client.end();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await client.connect();
      await prepare(client, settings.schema);
      const way = await wayOver(client);
      await client.query(readOnly ? 'begin read only' : 'begin');
      signal.throwIfAborted();
      return new PostgresSession(client, way, signal);
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  async run(statement: Statement): Promise<void> {
    this.signal.throwIfAborted();
    await this.way.run(statement);
  }

  async query(statement: Statement): Promise<Result> {
    this.signal.throwIfAborted();
    return this.way.query(statement);
  }

  async close(): Promise<void> {
    this.signal.removeEventListener('abort', this.abort);
    await this.way.stop();
    await this.client.end().catch(() => undefined);
  }
}

function clientConfig({ url, host, port, database, user, password, tls }: ResolvedSource): pg.ClientConfig {
  return {
    ...(url === undefined ? { host, port, database, user, password } : { connectionString: url }),
    ...(tls ? { ssl: { ...tls, rejectUnauthorized: true } } : {}),
    application_name: 'regie export',
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

/** The driver has set UTF-8 by itself. */
async function prepare(client: pg.Client, schema: string | undefined): Promise<void> {
  const path = schema === undefined ? '' : `; set search_path to ${client.escapeIdentifier(schema)}`;
  await client.query(`set timezone to 'UTC'; set datestyle to 'ISO'${path}`);
  // Servers before 14, and those on Windows, cannot look; they notice when they send the next rows.
  await client.query(`set client_connection_check_interval to '${LOOK_AT_CLIENT}'`).catch(() => undefined);
}
