import { readdir } from 'node:fs/promises';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate, migrationsDir } from '../../src/store/migrate.ts';
import { emptyDatabase, freshDatabase, type TestDatabase } from '../support/postgres.ts';

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
  const files = (await readdir(migrationsDir)).filter((name) => name.endsWith('.sql')).sort();
  const ran = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
  expect(ran.flat()).toEqual(files.map((name) => name.replace(/\.sql$/, '')));
  const rows = await query(database.url, 'select name from regie.migrations order by id');
  expect(rows.map(({ name }) => `${String(name)}.sql`)).toEqual(files);
  expect(await migrate(database.url)).toEqual([]);
});

test('a failing migration names the statement and leaves the database as it was', async () => {
  // Stands in the way of the engine's own table.
  await query(database.url, 'create schema regie; create view regie.run as select 1 as n');
  await expect(migrate(database.url)).rejects.toThrow(/cannot migrate the database:[^]*already exists/);
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
