import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

/** The SQL files lie in the source tree; the path is right from `src/store/` and from `dist/store/`. */
export const migrationsDir = fileURLToPath(new URL('../../src/store/migrations', import.meta.url));

const OLDEST_SERVER = 150_000;

/**
 * Brings the database at `url` to the newest schema; does nothing when it is there. Gives the names of the
 * migrations that ran. All of them run in one transaction, under an advisory lock for which others wait, so that
 * several workers may start at once.
 *
 * Throws when the server is older than PostgreSQL 15, and PostgreSQL's own error, with the place in the file,
 * when a migration fails; the database is then as before.
 */
export async function migrate(url: string): Promise<string[]> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'regie migrate',
    connectionTimeoutMillis: 10_000,
  });
  // A server that goes away meanwhile is told by the query.
  client.on('error', () => undefined);
  await client.connect();
  const complaints: string[] = [];
  try {
    const { version, schema } = await describeServer(client);
    if (version < OLDEST_SERVER) {
      throw new Error(
        `PostgreSQL ${Math.floor(version / 10_000)} at ${client.host}:${client.port} is too old: expected 15 or later`,
      );
    }
    const done = await runner({
      dbClient: client,
      dir: migrationsDir,
      ignorePattern: '(?!\\d+_.*\\.sql$).*',
      direction: 'up',
      migrationsSchema: 'regie',
      migrationsTable: 'migrations',
      // `create schema if not exists` needs a privilege even when the schema is there.
      createMigrationsSchema: !schema,
      advisoryLockMode: 'wait',
      singleTransaction: true,
      logger: { info: () => undefined, warn: () => undefined, error: (line) => complaints.push(line) },
    });
    return done.map(({ name }) => name);
  } catch (error) {
    if (complaints.length === 0) throw error;
    throw new Error(`cannot migrate the database: ${complaints.join('\n')}`, { cause: error });
  } finally {
    await client.end();
  }
}

async function describeServer(client: pg.Client): Promise<{ version: number; schema: boolean }> {
  const { rows } = await client.query<{ version: number; schema: boolean }>(
    `select current_setting('server_version_num')::int as version,
            to_regnamespace('regie') is not null as schema`,
  );
  return rows[0]!;
}
