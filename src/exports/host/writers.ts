import type { CsvFormat, SheetFormat } from '../api/format.ts';
import type { Description } from './description.ts';
import type { Table, WriteRequest, Written } from '../files/written.ts';

/** Writes the tables of a file in the format of its export. A writer is loaded when it is needed: that of spreadsheets is large. */
export async function write(
  { format }: Description,
  tables: readonly Table[],
  request: WriteRequest,
): Promise<Written> {
  if (format.type === 'csv') {
    const { writeCsv } = await load<{
      writeCsv(request: WriteRequest, format: CsvFormat, table: Table): Promise<Written>;
    }>('csv');
    return writeCsv(request, format, tables[0]!);
  }
  const { writeWorkbook } = await load<{
    writeWorkbook(request: WriteRequest, format: SheetFormat, tables: readonly Table[]): Promise<Written>;
  }>('workbook');
  return writeWorkbook(request, format, tables);
}

export async function nameOf(template: string, placeholders: Record<string, string>): Promise<string> {
  const { fileName } = await load<{
    fileName(template: string, placeholders: Record<string, string>): string;
  }>('name');
  return fileName(template, placeholders);
}

function load<T>(name: string): Promise<T> {
  return import(`../files/${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`) as Promise<T>;
}
