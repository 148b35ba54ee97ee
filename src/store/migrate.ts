import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import type { MigrationFolder } from '../task/installation.ts';

/** The engine's own tables. The SQL files lie in the source tree; the path is right from `src/store/` and from `dist/store/`. */
export const engineMigrations: MigrationFolder = {
  module: 'regie',
  folder: fileURLToPath(new URL('../../src/store/migrations', import.meta.url)),
};

const OLDEST_SERVER = 150_000;
/** A file of a migration. */
const FILE = String.raw`\d+_.*\.sql$`;

/** A database of a version that came before the first release, and cannot be brought to this one. */
class DatabaseFromBefore extends Error {
  constructor(database: string) {
    super(
      `the database ${database} is from before Regie 0.1.0, and this version cannot take it over. Start in a new one: ` +
        'of a local installation move the folder .regie away, and `regie up` makes another; with DATABASE_URL name an empty ' +
        'database. What was loaded lies where tasks file it away, and can be put back into their inboxes',
    );
    this.name = 'DatabaseFromBefore';
  }
}

/**
 * Brings the database at `url` to the newest schema: the engine's tables first, then those of each module, in that
 * order. Does nothing when it is there. Gives the names of the migrations that ran, `weather/0001_base`. Those of one
 * module run in one transaction, under an advisory lock for which others wait, so that several workers may start at once.
 *
 * Throws when the server is older than PostgreSQL 15, `DatabaseFromBefore`, and PostgreSQL's own error, with the place
 * in the file, when a migration fails; the module's tables are then as before.
 */
export async function migrate(url: string, modules: readonly MigrationFolder[]): Promise<string[]> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'regie migrate',
    connectionTimeoutMillis: 10_000,
  });
  // A server that goes away meanwhile is told by the query.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { version, schema, before } = await describeServer(client);
    if (version < OLDEST_SERVER) {
      throw new Error(
        `PostgreSQL ${Math.floor(version / 10_000)} at ${client.host}:${client.port} is too old: expected 15 or later`,
      );
    }
    if (before) throw new DatabaseFromBefore(`${client.database} at ${client.host}:${client.port}`);
    const ran: string[] = [];
    for (const each of [engineMigrations, ...modules]) {
      // `create schema if not exists` needs a privilege even when the schema is there.
      ran.push(...(await migrateModule(client, each, schema || each !== engineMigrations)));
    }
    return ran;
  } finally {
    await client.end();
  }
}

async function migrateModule(
  client: pg.Client,
  { module, folder }: MigrationFolder,
  schema: boolean,
): Promise<string[]> {
  const complaints: string[] = [];
  try {
    const done = await runner({
      dbClient: client,
      dir: folder,
      ignorePattern: `(?!${FILE}).*`,
      direction: 'up',
      migrationsSchema: 'regie',
      migrationsTable: tableOf(module),
      createMigrationsSchema: !schema,
      advisoryLockMode: 'wait',
      singleTransaction: true,
      logger: { info: () => undefined, warn: () => undefined, error: (line) => complaints.push(line) },
    });
    return done.map(({ name }) => `${module}/${name}`);
  } catch (error) {
    const words = complaints.join('\n') || (error instanceof Error ? error.message : String(error));
    throw new Error(`cannot migrate the database (${module}): ${words}`, { cause: error });
  }
}

/** The migrations of `modules`, and of the engine, that a database has not seen, `weather/0001_base`. */
export async function missingMigrations(
  db: pg.Pool | pg.ClientBase,
  modules: readonly MigrationFolder[],
): Promise<string[]> {
  const missing: string[] = [];
  for (const { module, folder } of [engineMigrations, ...modules]) {
    const { rows } = await db
      .query<{ name: string }>(`select name from regie.${tableOf(module)}`)
      .catch(() => ({ rows: [] as { name: string }[] }));
    const done = new Set(rows.map(({ name }) => name));
    const files = (await readdir(folder)).filter((file) => new RegExp(`^${FILE}`).test(file)).sort();
    missing.push(
      ...files
        .map((file) => path.basename(file, '.sql'))
        .filter((name) => !done.has(name))
        .map((name) => `${module}/${name}`),
    );
  }
  return missing;
}

/** Names of modules are lower-case words, so that they need no quotes here. */
const tableOf = (module: string) =>
  module === engineMigrations.module ? 'migrations' : `migrations_${module}`;

interface Server {
  version: number;
  schema: boolean;
  before: boolean;
}

/** The tables of the engine and of its domains had one row of migrations before 0.1.0: their second one tells it. */
async function describeServer(client: pg.Client): Promise<Server> {
  const { rows } = await client.query<Omit<Server, 'before'> & { table: boolean }>(
    `select current_setting('server_version_num')::int as version,
            to_regnamespace('regie') is not null as schema, to_regclass('regie.migrations') is not null as table`,
  );
  const { table, ...server } = rows[0]!;
  const before = table
    ? await client.query<{ before: boolean }>(
        "select exists (select from regie.migrations where name = '0002_weather') as before",
      )
    : undefined;
  return { ...server, before: before?.rows[0]?.before ?? false };
}
