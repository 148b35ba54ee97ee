import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveSource } from '../../../src/exports/sources/resolve.ts';
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
    connect: () => resolveSource({ type: 'postgres' }, database.url),
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
