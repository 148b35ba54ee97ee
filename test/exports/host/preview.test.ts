import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkDefinition } from '../../../src/exports/api/check-definition.ts';
import { Preview } from '../../../src/exports/host/preview.ts';
import { PlainDate, type CsvFormat } from '../../../src/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'regie-test-preview-'));
const file = path.join(folder, 'a.part');
afterAll(() => rm(folder, { recursive: true }));

const header = ['id', 'name'];

/** The first rows of a CSV file with these bytes. */
async function shown(bytes: string | Buffer, format: Partial<CsvFormat> = {}): Promise<string[][]> {
  const exported = { default: { header, rows: () => [], format: { type: 'csv', ...format } } };
  const preview = new Preview(checkDefinition(exported, 'closed').description);
  preview.of({ name: '', columns: header.map((name) => ({ name })), rows: [] });
  writeFileSync(file, bytes);
  const { titles, firstRows } = await preview.show(file);
  expect(titles).toEqual(header);
  return firstRows;
}

test('are the cells as they stand in the file', async () => {
  expect(await shown('id;name\r\n1;"a ""b"";\r\nc"\r\n;\r\n')).toEqual([
    ['1', 'a "b";\r\nc'],
    ['', ''],
  ]);
  expect(await shown('1,é\r\n', { separator: ',', headerRow: false })).toEqual([['1', 'é']]);
  expect(await shown('\uFEFFid;name\r\n1;é\r\n', { encoding: 'utf-8-bom' })).toEqual([['1', 'é']]);
  expect(await shown(Buffer.from('id;name\r\n1;\xE9\r\n', 'latin1'), { encoding: 'latin-1' })).toEqual([
    ['1', 'é'],
  ]);
  expect(await shown(Buffer.from('id;name\r\n1;\x80\r\n', 'latin1'), { encoding: 'windows-1252' })).toEqual([
    ['1', '€'],
  ]);
  expect(await shown('id;name\r\n')).toEqual([]);
});

test('are ten, or as many as lie at the head of the file', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => `${i};n\r\n`);
  expect(await shown(`id;name\r\n${rows.join('')}`)).toHaveLength(10);
  expect(await shown(`id;name\r\n1;${'x'.repeat(1_000)}\r\n`)).toEqual([['1', `${'x'.repeat(199)}…`]]);
  const long = `"${'x\n'.repeat(100_000)}"`;
  expect(await shown(`id;name\r\n1;a\r\n2;${long}\r\n3;${long}\r\n`)).toHaveLength(2);
});

test('of a spreadsheet are noted as they pass', async () => {
  const exported = { default: { header, rows: () => [], format: { type: 'xlsx' } } };
  const preview = new Preview(checkDefinition(exported, 'closed').description);
  const rows = Array.from({ length: 12 }, (_, i) => ({ name: new PlainDate('2026-11-19'), id: i }));
  const table = preview.of({ name: '', columns: header.map((name) => ({ name })), rows });
  const passed: unknown[] = [];
  for await (const row of table.rows) passed.push(row);
  expect(passed).toEqual(rows);
  const { firstRows } = await preview.show(file);
  expect(firstRows).toHaveLength(10);
  expect(firstRows[1]).toEqual(['1', '2026-11-19']);
});

test('of a spreadsheet are in the order of its columns, which may name their keys', async () => {
  const exported = { default: { header, rows: () => [], format: { type: 'xlsx' } } };
  const preview = new Preview(checkDefinition(exported, 'closed').description);
  const columns = [
    { name: 'Name', key: 'name' },
    { name: 'Number', key: 'id' },
  ];
  const table = preview.of({ name: '', columns, rows: [{ id: 1, other: true, name: 'a' }] });
  for await (const _ of table.rows);
  expect(await preview.show(file)).toEqual({ titles: ['Name', 'Number'], firstRows: [['a', '1']] });
});
