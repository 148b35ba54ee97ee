import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyDatabase, type TestDatabase } from '../../support/postgres.ts';
import { commandInstallation, type CommandInstallation } from '../../support/command-installation.ts';

let database: TestDatabase;
let db: pg.Client;
let here: CommandInstallation;
beforeAll(async () => {
  database = await emptyDatabase();
  db = new pg.Client({ connectionString: database.url });
  await db.connect();
  here = commandInstallation(database.url, "{ installation: 'calls', tasks: [] }");
});
afterAll(async () => {
  here.remove();
  await db.end();
  await database.drop();
});

const fill = (...args: string[]) =>
  here.regie('demo', 'calls', '--cards', '700', '--days', '7', '--until', '2026-11-19', ...args);

test('fills the schema, and makes it anew when asked again', async () => {
  const first = await fill('--json');
  expect(first).toMatchObject({ code: 0, err: '' });
  const { rows, ...days } = first.json() as { rows: Record<string, number> };
  expect(days).toEqual({ schema: 'dialler', from: '2026-11-13', until: '2026-11-19' });
  expect(rows).toMatchObject({ main: 700, quota: 8, closed_file: 2 });
  const text = await db.query(
    "select count(*)::int as n from dialler.main where remark = E'première ligne\\nseconde ligne'",
  );
  expect((text.rows[0] as { n: number }).n).toBeGreaterThan(0);

  const again = await fill('--seed', '2');
  expect(again.code).toBe(0);
  expect(again.out).toMatch(
    /^Schema dialler: calls from 2026-11-13 to 2026-11-19\. Rows: main 700, attempt \d+, load_reject \d+, closed_file 2, quota 8\.\n$/,
  );
});

test('names a day that there is not', async () => {
  expect(await fill('--until', '2026-02-30')).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      '--until "2026-02-30" is no day: expected a date such as 2026-06-01.',
    ) as string,
  });
});

test('leaves a schema of that name alone that it did not make', async () => {
  await db.query('drop schema if exists dialler cascade');
  await db.query('create schema dialler create table main (id integer)');
  const said = await fill();
  expect(said.code).toBe(5);
  expect(said.err).toContain('The schema dialler is there already, and `regie demo calls` did not make it.');
  expect((await db.query('select * from dialler.main')).fields).toHaveLength(1);
});
