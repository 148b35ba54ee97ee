import pg from 'pg';
import type { Cell } from '../../api/cell.ts';
import type { ResolvedSource } from '../resolve.ts';
import type { Result, Session, SessionOptions, Statement, WireRows } from '../session.ts';
import { cancelQuery } from './cancel.ts';
import { decodeCell, decodeRows, kindOf } from './decode.ts';
import { Portal, type Field } from './portal.ts';
import { Tap } from './tap.ts';

/** A server that restarts may take so long, ms. */
const CONNECT_WITHIN_MS = 10_000;
/** How often the server looks whether this process is still there while it works. */
const LOOK_AT_CLIENT = '2s';

/** A session with a PostgreSQL: one transaction, rolled back at the end. Times are UTC, dates ISO: cells are read so. */
export class PostgresSession implements Session {
  private readonly client: pg.Client;
  private readonly tap: Tap;
  private readonly signal: AbortSignal;
  private current: Portal | undefined;
  private readonly abort = () => void this.close();

  private constructor(client: pg.Client, signal: AbortSignal) {
    this.client = client;
    this.tap = new Tap(client);
    this.signal = signal;
    signal.addEventListener('abort', this.abort, { once: true });
  }

  /** @throws {Error} of the driver when the server cannot be reached, or refuses the login. */
  static async open(
    settings: ResolvedSource,
    { readOnly, signal }: SessionOptions,
  ): Promise<PostgresSession> {
    const client = new pg.Client(clientConfig(settings));
    // A lost connection is told by the statement that runs, or by the next.
    client.on('error', () => undefined);
    const giveUp = () => void client.end();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await client.connect();
      await prepare(client, settings.schema);
      await client.query(readOnly ? 'begin read only' : 'begin');
      signal.throwIfAborted();
      return new PostgresSession(client, signal);
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  async run(statement: Statement): Promise<void> {
    const portal = this.begin(statement);
    while (await portal.next());
  }

  async query(statement: Statement): Promise<PostgresResult> {
    const portal = this.begin(statement);
    return new PostgresResult(portal, await portal.fields());
  }

  async close(): Promise<void> {
    this.signal.removeEventListener('abort', this.abort);
    if (this.current && !this.current.isEnded) {
      await cancelQuery(this.client);
      // It may wait for somebody to read, for ever.
      (this.client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    }
    await this.client.end().catch(() => undefined);
  }

  private begin({ text, parameters }: Statement): Portal {
    this.signal.throwIfAborted();
    this.current = new Portal(text, parameters, this.tap);
    this.client.query(this.current);
    return this.current;
  }
}

/** The rows of a statement, as cells or as they came. */
export class PostgresResult implements Result {
  readonly names: readonly string[];
  readonly wire: WireRows;

  constructor(portal: Portal, fields: readonly Field[]) {
    this.names = fields.map(({ name }) => name);
    this.wire = {
      kinds: fields.map(({ dataTypeID }) => kindOf(dataTypeID)),
      decode: decodeCell,
      async *messages() {
        for (let rows = await portal.next(); rows; rows = await portal.next()) yield rows;
      },
    };
  }

  async *batches(): AsyncGenerator<readonly Cell[][], void, undefined> {
    for await (const rows of this.wire.messages()) yield decodeRows(rows, this.wire.kinds);
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
