import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reach } from '../sources/reach.ts';
import { produce } from '../../../src/exports/host/host.ts';
import { emptyDatabase, type TestDatabase } from '../../support/postgres.ts';
import { day, installation, port } from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await emptyDatabase();
});
afterAll(() => database.drop());

const job = (rows: string) => ({
  ...installation(`import { CsvExport, type ExportContext } from 'regie';
export default class extends CsvExport {
  header = ['id', 'id'];
  rows({ source, from }: ExportContext) {
    return ${rows};
  }
}`),
  sources: {
    names: ['outbound'],
    connect: () => reach({ type: 'postgres' }, database.url),
  },
});

test.each([
  [
    'a query',
    "source('outbound').stream('select i as a, $1::date as a from generate_series(1, 2) i', [from])",
  ],
  [
    'a script',
    "source('outbound').script('create temp table t as select 1 as a; insert into t values (2); select a, cast(:day as date) as a from t', { day: from })",
  ],
])('writes the rows of %s, columns of one name too', async (_, rows) => {
  const made = job(rows);
  const { file, firstRows } = await produce(made, day, port());
  expect(file.rows).toBe(2);
  expect(firstRows).toEqual([
    ['1', '2026-11-19'],
    ['2', '2026-11-19'],
  ]);
  expect(readFileSync(file.path, 'utf8')).toBe('id;id\r\n1;2026-11-19\r\n2;2026-11-19\r\n');
});

test.each([
  [
    "source('outbound').stream('select 1 as a')",
    'query (select 1 as a): it gives 1 column ("a"), the header has 2; expected as many as the header',
  ],
  ["source('outbound').stream('select 1 / 0, 2')", 'query (select 1 / 0, 2): division by zero'],
])('fails with the line that asked: %s', async (rows, sentence) => {
  await expect(produce(job(rows), day, port())).rejects.toThrow(
    `the export closed failed: closed.ts:5: the source outbound, ${sentence}`,
  );
});

test('makes the same file by a driver that is not as expected inside, and says so', async () => {
  const rows =
    "source('outbound').stream(`select i, case i % 3 when 0 then null when 1 then 'é;' || i else '' end from generate_series(1, 30000) i`)";
  const made = job(rows);
  const usual = await produce(made, day, port());

  const spoiled = job(rows);
  // Another version of it, which reads its connection by two listeners.
  const driver = JSON.stringify(path.resolve('node_modules/pg'));
  writeFileSync(
    spoiled.module,
    `import { createRequire } from 'node:module';
const { Client } = createRequire(${driver})(${driver});
const { connect } = Client.prototype;
Client.prototype.connect = async function () {
  await connect.call(this);
  this.connection.stream.on('data', () => undefined);
};
${readFileSync(spoiled.module, 'utf8')}`,
  );
  const told = port();
  const ordinary = await produce(spoiled, day, told);
  expect(told.lines).toEqual([
    'pg is not as expected inside (the connection has 2 readers instead of one): rows come by a cursor, as objects, which is slower and gives the same',
  ]);
  expect(ordinary.file.rows).toBe(30_000);
  expect(readFileSync(ordinary.file.path)).toEqual(readFileSync(usual.file.path));
});
