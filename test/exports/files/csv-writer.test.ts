import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { Decimal, PlainDate, PlainDateTime, type Cell, type Row } from '../../../src/exports/api/cell.ts';
import { columnsOf, type Column, type Header } from '../../../src/exports/api/column.ts';
import type { Rows } from '../../../src/exports/api/export-classes.ts';
import type { CsvFormat } from '../../../src/exports/api/file-format.ts';
import { csvFormat } from './support/csv-format.ts';
import { writeCsv } from '../../../src/exports/files/csv-writer.ts';
import type { WriteRequest, Written } from '../../../src/exports/files/written.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'regie-test-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

interface Csv extends Written {
  content: Buffer;
  text: string;
}

async function csv(
  header: Header,
  rows: Rows<Row>,
  options: Partial<CsvFormat> & Partial<WriteRequest> = {},
): Promise<Csv> {
  const file = path.join(folder, `${(files += 1)}.csv`);
  const { timezone = 'UTC', limit, progress, signal, ...format } = options;
  const written = await writeCsv(
    {
      path: file,
      timezone,
      ...(limit === undefined ? {} : { limit }),
      ...(progress ? { progress } : {}),
      ...(signal ? { signal } : {}),
    },
    csvFormat(format),
    { name: 'Sheet1', columns: columnsOf(header), rows },
  );
  const content = readFileSync(file);
  return { ...written, content, text: content.toString('utf8') };
}

/** One cell as it is written. */
async function cell(value: Cell, column: Partial<Column> = {}, options: Parameters<typeof csv>[2] = {}) {
  const { text } = await csv([{ name: 'x', ...column }, 'y'], [[value, 1]], { ...options, headerRow: false });
  return text.replace(/;"?1"?\r\n$/, '');
}

test('writes lines that end with CR LF, and says what it wrote', async () => {
  const { text, content, ...written } = await csv(
    ['id', 'a "b"', 'c;d'],
    [
      [1, 'x', null],
      [2, 'semi;colon', undefined],
      [3, 'say "hi"\r\n', ''],
    ],
  );
  expect(text).toBe('id;"a ""b""";"c;d"\r\n1;x;\r\n2;"semi;colon";\r\n3;"say ""hi""\r\n";\r\n');
  expect(written).toEqual({
    rows: 3,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    replaced: 0,
    sheets: [],
  });
});

test('quotes all that is there, when asked to', async () => {
  const { text } = await csv(
    ['a', 'b'],
    [
      [1, ''],
      [null, 'x"'],
    ],
    { quoting: 'all', separator: ',' },
  );
  expect(text).toBe('"a","b"\r\n"1",""\r\n,"x"""\r\n');
});

test('reads back as it was, whatever is in it', async () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ';', '"', '\n', '\r', 'é', '😀', ' ', '\t', '|', '^', ']'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(';', ',', '\t', '|', '^', ']', 'é'),
      fc.constantFrom('minimal' as const, 'all' as const),
      fc
        .integer({ min: 1, max: 3 })
        .chain((width) => fc.array(fc.array(text, { minLength: width, maxLength: width }), { minLength: 1 })),
      async (separator, quoting, rows) => {
        const made = await csv(rows[0]!, rows, { separator, quoting });
        expect(parse(made.content, { delimiter: separator })).toEqual([rows[0], ...rows]);
      },
    ),
    { numRuns: 60 },
  );
});

test.each<[Cell, Partial<Column>, string]>([
  [0, {}, '0'],
  ['0612', {}, '0612'],
  [9007199254740993n, {}, '9007199254740993'],
  [new Decimal('1234.500'), {}, '1234.500'],
  [new Decimal('1234.505'), { decimals: 2 }, '1234.51'],
  [new Decimal('-0.004'), { decimals: 2 }, '0.00'],
  [1.005, { decimals: 2, decimalMark: ',' }, '1,01'],
  [-2.5, { decimals: 0 }, '-3'],
  [1e21, { decimals: 1 }, '1000000000000000000000.0'],
  [1.5e-7, { decimals: 8 }, '0.00000015'],
  [7, { decimals: 2, type: 'text' }, '7'],
  [' 12.5 ', { type: 'number', decimals: 2 }, '12.50'],
  [true, {}, 'true'],
  [false, { booleans: ['oui', 'non'] }, 'non'],
  ['t', { type: 'boolean', booleans: ['O', 'N'] }, 'O'],
  [new PlainDate('2026-11-20'), {}, '2026-11-20'],
  [new PlainDate('2026-11-20'), { format: 'dd/MM/yyyy' }, '20/11/2026'],
  [new PlainDate('infinity'), { format: 'dd/MM/yyyy' }, 'infinity'],
  [new PlainDate('2026-11-20'), { type: 'datetime' }, '2026-11-20 00:00:00'],
  [new PlainDateTime('2026-11-20 08:15:00.25'), {}, '2026-11-20 08:15:00'],
  [new PlainDateTime('2026-11-20 08:15:00.25'), { format: 'HH:mm:ss.SSS' }, '08:15:00.250'],
  [new PlainDateTime('2026-11-20 23:59:59'), { type: 'date' }, '2026-11-20'],
  [new Date('2026-11-20T22:00:00Z'), {}, '2026-11-21 02:00:00'],
  [new Date('2026-11-20T22:00:00Z'), { type: 'date', format: 'ddMMyyyy' }, '21112026'],
  ['2026-11-20', { type: 'date', format: 'dd.MM.yyyy' }, '20.11.2026'],
  [null, { type: 'number' }, ''],
  [Number.NaN, {}, 'NaN'],
])('writes %s by %j', async (value, column, expected) => {
  expect(await cell(value, column, { timezone: 'Indian/Reunion' })).toBe(expected);
});

test.each<[Cell, Partial<Column>, string]>([
  ['abc', { type: 'number' }, '"abc"; expected a number such as 12.5'],
  [Number.NaN, { type: 'number' }, 'NaN; expected a number such as 12.5'],
  ['2026-02-31', { type: 'date' }, '"2026-02-31"; expected a date such as 2026-11-20'],
  ['maybe', { type: 'boolean' }, '"maybe"; expected true or false'],
  [new Date(Number.NaN), {}, '"an invalid Date"; expected a date'],
  [{ a: 1 } as never, {}, '{"a":1}; expected a text, a number, a boolean or a date'],
])('refuses %s by %j, with its place', async (value, column, sentence) => {
  const rows = [
    [null, 1],
    [value, 1],
  ];
  await expect(csv([{ name: 'price', ...column }, 'y'], rows)).rejects.toThrow(
    `row 2, column "price": ${sentence}`,
  );
  expect(existsSync(path.join(folder, `${files}.csv`))).toBe(false);
});

test('takes rows of another width, or a file that is there, for errors', async () => {
  await expect(csv(['a', 'b'], [[1]])).rejects.toThrow('row 1 has 1 cell, its header has 2');
  files -= 1;
  await csv(['a'], []);
  files -= 1;
  await expect(csv(['a'], [])).rejects.toMatchObject({ code: 'EEXIST' });
});

test('guards texts that look like formulas, not numbers', async () => {
  const guard = { guard: true };
  expect(await cell('=1+1', {}, guard)).toBe("'=1+1");
  expect(await cell('-5', { type: 'text' }, guard)).toBe("'-5");
  expect(await cell('\rx', {}, guard)).toBe(`"'\rx"`);
  expect(await cell(-5, {}, guard)).toBe('-5');
  expect(await cell('-5', { type: 'number' }, guard)).toBe('-5');
  expect(await cell('=1+1')).toBe('=1+1');
});

test('writes the encodings', async () => {
  const rows = [['é€', 'œ']];
  expect((await csv(['à', 'b'], rows, { encoding: 'utf-8-bom' })).text).toBe('\uFEFFà;b\r\né€;œ\r\n');
  const windows = await csv(['à', 'b'], rows, { encoding: 'windows-1252' });
  expect(windows.content.toString('latin1')).toBe('à;b\r\né\x80;\x9C\r\n');
  const latin = await csv(['à', 'b'], [...rows, ['😀', 1]], { encoding: 'latin-1', unencodable: 'replace' });
  expect(latin.content.toString('latin1')).toBe('à;b\r\né?;?\r\n?;1\r\n');
  expect(latin.replaced).toBe(3);
});

test('names what an encoding lacks', async () => {
  await expect(csv(['a', 'b'], [[1, 'Łódź']], { encoding: 'windows-1252' })).rejects.toThrow(
    'row 1, column "b": "Łódź" holds "Ł" (U+0141), which windows-1252 lacks; expected characters of it',
  );
  await expect(csv(['€'], [], { encoding: 'latin-1' })).rejects.toThrow('the header: "€" holds "€" (U+20AC)');
  await expect(csv(['a'], [], { encoding: 'latin-1', separator: '€' })).rejects.toThrow('the separator: "€"');
  await expect(csv(['a'], [['\uD800']])).rejects.toThrow('(U+D800), which utf-8 lacks');
});

test('has all of windows-1252', async () => {
  const decoder = new TextDecoder('windows-1252');
  const bytes = Array.from({ length: 256 }, (_, i) => i).filter(
    (byte) => ![0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte),
  );
  // Node before 22 takes it for latin-1 unless it decodes as a stream.
  const text = decoder.decode(Buffer.from(bytes), { stream: true });
  const { content } = await csv(['x'], [[text]], { encoding: 'windows-1252', headerRow: false });
  expect(
    Array.from(content.toString('latin1').slice(1, -3).replace('""', '"')).map((c) => c.charCodeAt(0)),
  ).toEqual(bytes);
});

test('takes objects, and rows that come one by one, so many as are asked for', async () => {
  let ended = false;
  async function* rows() {
    try {
      for (let id = 1; ; id++) yield { b: `n${id}`, a: id };
    } finally {
      ended = true;
    }
  }
  const seen: number[] = [];
  const { text, rows: count } = await csv(['a', 'b'], rows(), { limit: 2, progress: (n) => seen.push(n) });
  expect(text).toBe('a;b\r\n1;n1\r\n2;n2\r\n');
  expect([count, seen.at(-1), ended]).toEqual([2, 2, true]);
});

test('stops when it is told to, and leaves nothing', async () => {
  const cancel = new AbortController();
  function* rows() {
    for (let id = 1; ; id++) {
      if (id === 100_000) cancel.abort(new Error('stopped by the operator'));
      yield [id];
    }
  }
  await expect(csv(['id'], rows(), { signal: cancel.signal })).rejects.toThrow('stopped by the operator');
  expect(existsSync(path.join(folder, `${files}.csv`))).toBe(false);
});

test('does not leave a line empty', async () => {
  expect((await csv(['x'], [[null], ['']])).text).toBe('x\r\n""\r\n""\r\n');
});
