import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { columnsOf, type Header } from '../../../src/exports/api/column.ts';
import type { Rows } from '../../../src/exports/api/export-classes.ts';
import type { Row } from '../../../src/exports/api/cell.ts';
import type { CsvFormat } from '../../../src/exports/api/file-format.ts';
import { csvFormat } from './support/csv-format.ts';
import { writeCsv } from '../../../src/exports/files/csv-writer.ts';
import { openSource } from '../../../src/exports/sources/open-source.ts';
import { reach } from '../sources/reach.ts';
import { emptyDatabase, type TestDatabase } from '../../support/postgres.ts';
import { spoil } from '../sources/spoiled-pg.ts';

let database: TestDatabase;
const folder = mkdtempSync(path.join(tmpdir(), 'regie-test-csv-'));
beforeAll(async () => {
  database = await emptyDatabase();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

const stream = (query: string) =>
  openSource('db', () => reach({ type: 'postgres' }, database.url), new AbortController().signal).stream(
    query,
  ) as AsyncIterable<Row>;

let files = 0;
async function csv(header: Header, rows: Rows<Row>, format: Partial<CsvFormat> = {}, limit?: number) {
  const file = path.join(folder, `${(files += 1)}.csv`);
  const written = await writeCsv(
    { path: file, timezone: 'Indian/Reunion', ...(limit === undefined ? {} : { limit }) },
    csvFormat(format),
    { name: '', columns: columnsOf(header), rows },
  );
  return { ...written, text: readFileSync(file, 'latin1') };
}

/** Rows as objects: the way that knows nothing of the server's messages. */
async function* objects(rows: AsyncIterable<Row>) {
  yield* rows;
}

// What each type may hold, the odd included.
const QUERY = `select * from (values
  (1::int, 9007199254740993::int8, 1234.50::numeric, 0.1::float8, 1.5::float4, 'plain', '0612'::varchar, date '2026-11-20', timestamp '2026-11-20 08:15:00.5', timestamptz '2026-11-20 22:30:00.123456+00', true, '{"a": 1}'::jsonb),
  (-1, -5, -0.5, -0.0, 'NaN', '=1+1', '', 'infinity', '-infinity', '2026-12-31 20:00:00+00', false, '[]'),
  (0, 0, 'NaN', 1e300, 1e-7, 'a;b"c', E'two\\r\\nlines', '0044-03-15 BC', '0044-03-15 10:00:00.25 BC', '1969-12-31 23:59:59+00', null, null),
  (null, null, null, null, null, null, null, null, null, null, null, null),
  (7, 7, 1e20, 'Infinity', 1e20, 'é€œ"ÿ\u00a0', '-12', '12026-01-01', '0099-01-01 00:00:00.5', '1890-01-01 12:00:01+00', true, '"x"'),
  (8, 8, 8, 123456789.123, 2.25, '+33', '1,5', '2026-02-28', '2026-01-01 00:00:00', '0999-01-01 00:00:00+00', true, '1')
) t (int4, int8, num, float8, float4, text, vc, day, local, moment, yes, json)`;
const names = 'int4 int8 num float8 float4 text vc day local moment yes json'.split(' ');

const headers: Record<string, Header> = {
  plain: names,
  'in another order': [...names].reverse(),
  'of text': names.map((name) => ({ name, type: 'text' as const })),
  formatted: names.map((name) => ({
    name,
    format: 'dd/MM/yyyy HH:mm:ss.SSS',
    decimals: 2,
    decimalMark: ',' as const,
    booleans: ['oui', 'non'] as const,
  })),
  typed: names.map((name) => ({
    name,
    ...(['int4', 'int8'].includes(name) ? { type: 'number' as const } : {}),
    ...(name === 'day' ? { type: 'date' as const } : {}),
    ...(name === 'local' ? { type: 'datetime' as const } : {}),
    ...(name === 'moment' ? { type: 'date' as const } : {}),
  })),
  'by key': [...names.slice(2, 4), { name: 'again', key: 'text' }, ...names.slice(5)],
};
const formats: Partial<CsvFormat>[] = [
  {},
  { separator: ',', quoting: 'all' },
  { separator: 'é', encoding: 'latin-1', unencodable: 'replace', guard: true },
  { separator: '€', guard: true },
  { separator: '-', encoding: 'utf-8-bom' },
  { separator: '0', encoding: 'windows-1252', unencodable: 'replace' },
  { separator: ',', quoting: 'all', encoding: 'windows-1252', guard: true },
  { separator: ' ', headerRow: false },
];

test.each(Object.keys(headers).flatMap((header) => formats.map((format) => [header, format] as const)))(
  'writes a query as it writes its rows: %s, %j',
  async (name, format) => {
    const fast = await csv(headers[name]!, stream(QUERY), format);
    const slow = await csv(headers[name]!, objects(stream(QUERY)), format);
    expect(fast).toEqual(slow);
    expect(fast.rows).toBe(6);
  },
);

test.each(Object.keys(headers))(
  'writes the same by a driver that is not as expected inside: %s',
  async (name) => {
    for (const format of formats) {
      const fast = await csv(headers[name]!, stream(QUERY), format);
      const mend = spoil('another reader');
      try {
        expect(await csv(headers[name]!, stream(QUERY), format)).toEqual(fast);
      } finally {
        mend();
      }
    }
  },
);

test('writes many rows of all lengths, and as many as are asked for', async () => {
  const query = `select i, repeat('é"', case when i % 500 = 0 then 200000 else i % 90 end) as text, i * 0.5::float8 as half,
    timestamptz '2026-01-01 00:00:00+00' + i * interval '17 minutes' as at from generate_series(1, 3000) i`;
  const header = ['i', 'text', 'half', 'at'];
  const fast = await csv(header, stream(query));
  expect(fast).toEqual(await csv(header, objects(stream(query))));
  expect(await csv(header, stream(query), {}, 1_234)).toEqual(
    await csv(header, objects(stream(query)), {}, 1_234),
  );
});

test('writes NULL and empty text of a single column as a line that is not empty', async () => {
  const query = "select * from (values (null), (''), ('x')) t (text)";
  expect((await csv(['text'], stream(query))).text).toBe('text\r\n""\r\n""\r\nx\r\n');
});

test('names row and column of what it cannot write, and which columns it has', async () => {
  const query = "select i as id, case when i = 3 then '€' else 'x' end as name from generate_series(1, 5) i";
  await expect(csv(['id', 'name'], stream(query), { encoding: 'latin-1' })).rejects.toThrow(
    'row 3, column "name": "€" holds "€" (U+20AC), which latin-1 lacks',
  );
  await expect(csv(['id'], stream(query))).rejects.toThrow(
    'it gives 2 columns ("id, name"), the header has 1',
  );
  await expect(csv([{ name: 'Id', key: 'no' }], stream(query))).rejects.toThrow(
    'it gives no column "no", but "id, name"; a column of the header asks for it',
  );
});
