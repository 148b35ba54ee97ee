import path from 'node:path';
import { readdir } from 'node:fs/promises';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { engineMigrations, migrate as migrateAll } from '../../src/store/migrate.ts';
import { emptyDatabase, freshDatabase, type TestDatabase } from '../support/postgres.ts';
import { builtInMigrations } from '../support/migrations.ts';

const migrate = (url: string) => migrateAll(url, builtInMigrations);

let database: TestDatabase;

beforeEach(async () => {
  database = await emptyDatabase();
});

afterEach(() => database.drop());

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('runs every file once, in order, also when several workers start at once', async () => {
  const files: string[] = [];
  for (const { module, folder } of [engineMigrations, ...builtInMigrations])
    for (const name of (await readdir(folder)).sort()) files.push(`${module}/${path.basename(name, '.sql')}`);
  const ran = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
  expect(ran.flat().sort()).toEqual(files.sort());
  const rows = await query(
    database.url,
    'select name from regie.migrations_weather union all select name from regie.migrations',
  );
  expect(rows).toEqual([{ name: '0001_base' }, { name: '0001_base' }]);
  expect(await migrate(database.url)).toEqual([]);
});

test('a failing migration names the statement and leaves the database as it was', async () => {
  // Stands in the way of the engine's own table.
  await query(database.url, 'create schema regie; create view regie.run as select 1 as n');
  await expect(migrate(database.url)).rejects.toThrow(
    /cannot migrate the database \(regie\):[^]*already exists/,
  );
  const rows = await query(
    database.url,
    `select relname from pg_class where relnamespace = 'regie'::regnamespace and relkind = 'r' and relname <> 'migrations'`,
  );
  expect(rows).toEqual([]);
});

test('a fresh test database has the schema and is its own', async () => {
  const [one, two] = await Promise.all([freshDatabase(), freshDatabase()]);
  try {
    await query(one.url, 'create table public.mine ()');
    expect(await query(two.url, `select to_regclass('public.mine') as mine`)).toEqual([{ mine: null }]);
    expect(await migrate(one.url)).toEqual([]);
  } finally {
    await Promise.all([one.drop(), two.drop()]);
  }
});

test('a database from before 0.1.0 is refused in words, and left as it is', async () => {
  await query(
    database.url,
    "create schema regie; create table regie.migrations (id serial, name text, run_on timestamp); insert into regie.migrations (name) values ('0001_regie'), ('0002_weather')",
  );
  await expect(migrate(database.url)).rejects.toThrow(
    /is from before Regie 0\.1\.0[^]*move the folder \.regie away/,
  );
  expect(await query(database.url, 'select name from regie.migrations')).toHaveLength(2);
});
