import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readXls, readXlsx, type CellValue } from 'hucre';
import { afterAll } from 'vitest';
import type { Row } from '../../../../src/exports/api/cell.ts';
import { columnsOf, type Header } from '../../../../src/exports/api/column.ts';
import type { Rows } from '../../../../src/exports/api/export-classes.ts';
import type { SheetFormat } from '../../../../src/exports/api/file-format.ts';
import { writeWorkbook } from '../../../../src/exports/files/workbook.ts';
import type { Table, Written, WriteRequest } from '../../../../src/exports/files/written.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'regie-test-files-'));
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
const newPath = (type: string) => path.join(folder, `file${(files += 1)}.${type}`);

export const table = (name: string, header: Header, rows: Rows<Row>): Table => ({
  name,
  columns: columnsOf(header),
  rows,
});

/** Writes tables into a new file. */
export async function written(
  type: SheetFormat['type'],
  tables: readonly Table[],
  { headerRow = true, ...request }: Partial<WriteRequest> & { headerRow?: boolean } = {},
): Promise<Written & { path: string }> {
  const file = newPath(type);
  const outcome = await writeWorkbook(
    { path: file, timezone: 'Europe/Paris', ...request },
    { type, headerRow },
    tables,
  );
  return { ...outcome, path: request.path ?? file };
}

/** What another library reads in each sheet, by the sheets' names. */
export async function readBack(file: string): Promise<Record<string, CellValue[][]>> {
  const read = file.endsWith('.xls') ? readXls : readXlsx;
  const { sheets } = await read(readFileSync(file));
  return Object.fromEntries(sheets.map(({ name, rows }) => [name, rows]));
}
