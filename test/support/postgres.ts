import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../src/servers/postgres.ts';
import { engineMigrations, migrate } from '../../src/store/migrate.ts';
import { builtInMigrations } from './migrations.ts';
import { removeAbandoned } from './abandoned.ts';
import { askShared } from './shared/ask.ts';

/** Where `freshDatabase` finds the server that `startTestPostgres` started, once this process knows of it. */
const ADMIN_URL = 'REGIE_TEST_POSTGRES';

export interface TestPostgres {
  /** A superuser's, database `postgres`. */
  url: string;
  stop(): Promise<void>;
}

/**
 * A PostgreSQL for the tests of this run, in a temporary folder: the embedded one, the same that `regie up` starts.
 * With TEST_DATABASE_URL that server is used instead; the databases made on it are dropped. Benchmarks ask for a
 * `durable` one: with exactly the settings of `regie up`.
 */
export async function startTestPostgres({ durable = false } = {}): Promise<TestPostgres> {
  const external = process.env.TEST_DATABASE_URL;
  if (external) {
    process.env[ADMIN_URL] = external;
    return { url: external, stop: () => dropTemplate(external) };
  }
  await removeAbandoned(PREFIX, 'postgres');
  const home = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  // Tests kill processes, not the machine: without fsync they run in half the time and see the same.
  const settings = {
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    max_connections: '200',
  };
  const server = await startPostgres({ home, settings: durable ? {} : settings });
  const url = at(server.url, 'postgres');
  process.env[ADMIN_URL] = url;
  return {
    url,
    async stop() {
      await server.stop();
      await rm(home, { recursive: true });
    },
  };
}

const PREFIX = 'regie-test-postgres-';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A new database with the newest schema, copied from a template that is migrated once. */
export async function freshDatabase(): Promise<TestDatabase> {
  return createDatabase(await prepareTemplate(await adminUrl()));
}

/** A new database without any table. */
export async function emptyDatabase(): Promise<TestDatabase> {
  return createDatabase();
}

async function createDatabase(template?: string): Promise<TestDatabase> {
  const server = await adminUrl();
  const name = `regie_test_${randomBytes(6).toString('hex')}`;
  await asAdmin(server, (admin) =>
    admin.query(`create database ${name}${template === undefined ? '' : ` template ${template}`}`),
  );
  return {
    url: at(server, name),
    drop: () =>
      asAdmin(server, async (admin) => void (await admin.query(`drop database ${name} with (force)`))),
  };
}

/** Of the server that this process started, as benchmarks do, else of the one that test files share. */
async function adminUrl(): Promise<string> {
  return (process.env[ADMIN_URL] ??= (await askShared<TestPostgres>('postgres')).url);
}

/** Any constant: whoever makes the template holds this advisory lock. */
const TEMPLATE_LOCK = 7_304_301;

async function prepareTemplate(server: string): Promise<string> {
  const name = await templateName();
  await asAdmin(server, async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [name]);
    if (rowCount) return;
    // Under another name until it is whole: a test run killed in between must not leave half a schema.
    const partial = `${name}_new`;
    await admin.query(`drop database if exists ${partial} with (force)`);
    await admin.query(`create database ${partial}`);
    await migrate(at(server, partial), builtInMigrations);
    await admin.query(`alter database ${partial} rename to ${name}`);
  });
  return name;
}

async function dropTemplate(server: string): Promise<void> {
  const name = await templateName();
  await asAdmin(
    server,
    async (admin) => void (await admin.query(`drop database if exists ${name} with (force)`)),
  );
}

/** Changes with the migrations, so that an external server never hands out last week's schema. */
async function templateName(): Promise<string> {
  const hash = createHash('sha256');
  for (const { folder } of [engineMigrations, ...builtInMigrations]) {
    for (const file of (await readdir(folder)).sort()) {
      hash.update(file).update(await readFile(path.join(folder, file)));
    }
  }
  return `regie_template_${hash.digest('hex').slice(0, 12)}`;
}

function at(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function asAdmin<T>(server: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
