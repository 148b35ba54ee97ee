import { createReadStream } from 'node:fs';
import { zoneOf } from '../../time/zone.ts';
import type { Cell, Row } from '../api/cell.ts';
import type { Column } from '../api/column.ts';
import type { Rows } from '../api/export-classes.ts';
import type { CsvFormat } from '../api/file-format.ts';
import { rowReader } from '../files/row-cells.ts';
import type { Table } from '../files/written.ts';
import type { Description } from './job.ts';

/** So many rows are shown. */
const ROWS = 10;
/** The first rows of a CSV file lie within these bytes, unless they are very long: then fewer are shown. */
const HEAD_BYTES = 256 * 1024;

/** Characters of a cell that are shown. */
const LONGEST_CELL = 200;

/** The first rows of a file, as text for the screen. */
export class Preview {
  private readonly description: Description;
  private columns: readonly Column[] = [];
  private readonly taken: Row[] = [];

  constructor(description: Description) {
    this.description = description;
  }

  /**
   * The table to write in place of `table`. Of spreadsheets the first rows are noted as they pass. CSV is read from the file afterwards: a stream
   * of a database must reach its writer as it is.
   */
  of(table: Table): Table {
    this.columns = table.columns;
    return this.description.format.type === 'csv' ? table : { ...table, rows: this.noting(table.rows) };
  }

  /** What `file` begins with. */
  async show(file: string): Promise<{ titles: string[]; firstRows: string[][] }> {
    const { format, target } = this.description;
    const firstRows =
      format.type === 'csv'
        ? await firstRowsOf(file, format)
        : this.taken
            .map(rowReader(this.columns))
            .map((cells) => cells.map((cell) => shorten(textOf(cell, target.timezone))));
    return { titles: this.columns.map(({ name }) => name), firstRows };
  }

  private async *noting(rows: Rows<Row>): AsyncGenerator<Row> {
    for await (const row of rows) {
      if (this.taken.length < ROWS) this.taken.push(row);
      yield row;
    }
  }
}

const shorten = (text: string) => (text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL - 1)}…` : text);

/** As it came: columns say more of how it is written, which a spreadsheet shows by itself. */
function textOf(cell: Cell, timezone: string): string {
  if (cell === null || cell === undefined) return '';
  if (!(cell instanceof Date)) return String(cell);
  if (Number.isNaN(cell.getTime())) return 'Invalid Date';
  return new Date(zoneOf(timezone).toLocal(cell.getTime())).toISOString().slice(0, 19).replace('T', ' ');
}

async function firstRowsOf(file: string, format: CsvFormat): Promise<string[][]> {
  const { parse } = await import('csv-parse/sync');
  const pieces: Buffer[] = [];
  for await (const piece of createReadStream(file, { end: HEAD_BYTES - 1 })) pieces.push(piece as Buffer);
  // As a stream: the last character may be cut in half; and otherwise Node 20 takes windows-1252 for latin-1.
  const text = new TextDecoder(labels[format.encoding]).decode(Buffer.concat(pieces), { stream: true });
  const skipped = format.headerRow ? 1 : 0;
  const rows: string[][] = [];
  try {
    parse(text, {
      delimiter: format.separator,
      relax_column_count: true,
      to: ROWS + skipped,
      on_record: (row: string[]) => void rows.push(row),
    });
  } catch {
    // The head of a file with long rows ends within one; those before it have been taken.
  }
  return rows.slice(skipped).map((row) => row.map(shorten));
}

/** What the web calls these encodings. */
const labels = {
  'utf-8': 'utf-8',
  'utf-8-bom': 'utf-8',
  'latin-1': 'latin1',
  'windows-1252': 'windows-1252',
};
