import pg from 'pg';

export interface PoolOptions {
  /** Most connections at once; 10 when left out. */
  max?: number;
  /** Shown by `pg_stat_activity`. */
  applicationName?: string;
  /**
   * Milliseconds until `connect()` gives up, waiting for a free connection of the pool included. 10 s when left
   * out, which lets a restarting server come back; the command line passes 1 s.
   */
  connectTimeout?: number;
  /** Told when an idle connection breaks (a restarted server); the pool replaces the connection by itself. */
  onLost?: (error: Error) => void;
}

/** SQL errors by which a server says that it cannot watch its clients' sockets: bad value (Windows), no such setting. */
const UNSUPPORTED = new Set(['22023', '42704']);

/**
 * Opens a pool of connections to the PostgreSQL at `url`. Nothing is dialled until the first query.
 *
 * Sessions run in UTC. `date` and `timestamp` values come back as PostgreSQL's own text, because `pg` would read
 * them in the time zone of this process; `timestamptz` comes back as `Date`, `bigint` and `numeric` as text.
 * No statement has a time limit: a load may take minutes.
 */
export function openPool(url: string, options: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'regie',
    connectionTimeoutMillis: options.connectTimeout ?? 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: localTimesAsText(),
    // oxlint-disable-next-line typescript/no-misused-promises -- the pool waits for it; its type does not say so
    onConnect: prepareSession,
  });
  // Without a listener a server that goes away while a connection is idle would end this process.
  pool.on('error', (error) => options.onLost?.(error));
  // Nor must one in use, between two queries: the next query tells it.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * A session whose client was killed would keep its advisory locks until the statement in progress ends; with
 * `client_connection_check_interval` the server notices within a second and frees them.
 */
async function prepareSession(client: pg.ClientBase): Promise<void> {
  await client.query("set timezone to 'UTC'");
  try {
    await client.query("set client_connection_check_interval to '1s'");
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && UNSUPPORTED.has(error.code ?? ''))) throw error;
  }
}

function localTimesAsText(): pg.CustomTypesConfig {
  const types = new pg.TypeOverrides();
  const asIs = (text: string) => text;
  types.setTypeParser(pg.types.builtins.DATE, asIs);
  types.setTypeParser(pg.types.builtins.TIMESTAMP, asIs);
  return types;
}
