import type { Table, WriteRequest, Written } from '../files/written.ts';
import type { Description } from './description.ts';

/** Writes the tables of a file in the format of its export. A writer is loaded when it is needed: that of spreadsheets is large. */
export async function write(
  { format }: Description,
  tables: readonly Table[],
  request: WriteRequest,
): Promise<Written> {
  if (format.type === 'csv') {
    const { writeCsv } = await import('../files/csv.ts');
    return writeCsv(request, format, tables[0]!);
  }
  const { writeWorkbook } = await import('../files/workbook.ts');
  return writeWorkbook(request, format, tables);
}
