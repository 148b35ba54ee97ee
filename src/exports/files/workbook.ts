import type { Row } from '../api/cell.ts';
import { shown } from '../api/shown-values.ts';
import type { SheetFormat } from '../api/file-format.ts';
import { rowReader } from './row-cells.ts';
import { Output } from './file-output.ts';
import { LONGEST_TEXT, type Book, type Bounds } from './sheet/workbook-writer.ts';
import { SheetNames } from './sheet/sheet-names.ts';
import { typedCells } from './sheet/typed-cells.ts';
import type { Table, WriteRequest, Written } from './written.ts';
import { XlsBook } from './xls/xls-book.ts';
import { XlsxBook } from './xlsx/xlsx-book.ts';

/** What a sheet holds: BIFF8's two bytes and one, and Excel's own limits. */
const bounds: Readonly<Record<SheetFormat['type'], Bounds>> = {
  xls: { rows: 65_536, columns: 256 },
  xlsx: { rows: 1_048_576, columns: 16_384 },
};

/** Rows between two looks at the signal. */
const LOOK_EVERY = 32;

/**
 * Writes tables as the sheets of a workbook, one after the other, in bounded memory. A table that is too long for a sheet goes on in the next
 * one, `name (2)`, with its header row. When it fails nothing is left.
 * @throws {Error} for what does not fit, with its sheet if there are several, row (from 1), column and value; whatever the rows throw.
 */
export async function writeWorkbook(
  request: WriteRequest,
  format: SheetFormat,
  tables: readonly Table[],
): Promise<Written> {
  for (const table of tables) checkHeader(table, format);
  request.signal?.throwIfAborted();
  const output = await Output.create(request.path);
  let book: Book | undefined;
  try {
    book = format.type === 'xls' ? await XlsBook.create(output) : new XlsxBook(output);
    const writing = new Writing(book, request, format, tables.length > 1);
    for (const table of tables) await writing.write(table);
    request.progress?.(writing.rows);
    return { rows: writing.rows, replaced: 0, sheets: writing.sheets, ...(await book.finish()) };
  } catch (error) {
    await (book ?? output).discard();
    throw error;
  }
}

function checkHeader({ name, columns }: Table, { type }: SheetFormat): void {
  const most = bounds[type].columns;
  if (columns.length > most)
    throw new Error(
      `the header of sheet ${shown(name)} has ${columns.length} columns; an .${type} file holds ${most} at most`,
    );
  for (const title of columns.map((column) => column.name))
    if (title.length > LONGEST_TEXT)
      throw new Error(
        `the header of sheet ${shown(name)} has the title ${shown(title)} of ${title.length} characters; a cell holds ${LONGEST_TEXT} at most`,
      );
}

class Writing {
  rows = 0;
  readonly sheets: { name: string; rows: number }[] = [];
  private readonly book: Book;
  private readonly request: WriteRequest;
  private readonly format: SheetFormat;
  private readonly several: boolean;
  private readonly names = new SheetNames();

  constructor(book: Book, request: WriteRequest, format: SheetFormat, several: boolean) {
    this.book = book;
    this.request = request;
    this.format = format;
    this.several = several;
  }

  async write(table: Table): Promise<void> {
    const { book, request } = this;
    const limit = request.limit ?? Infinity;
    const room = bounds[this.format.type].rows - (this.format.headerRow ? 1 : 0);
    const put = this.rowWriter(table);
    let sheet = await this.beginSheet(table);
    if (this.rows >= limit) return;
    for await (const row of table.rows) {
      if (sheet.rows === room) sheet = await this.beginSheet(table);
      put(row);
      sheet.rows += 1;
      this.rows += 1;
      const pause = book.endRow();
      if (pause) await pause;
      if (this.rows >= limit) return;
      if (this.rows % LOOK_EVERY === 0) {
        request.signal?.throwIfAborted();
        request.progress?.(this.rows);
      }
    }
    request.signal?.throwIfAborted();
  }

  private async beginSheet({ name, columns }: Table): Promise<{ name: string; rows: number }> {
    const { book } = this;
    const sheet = { name: this.names.give(name), rows: 0 };
    this.sheets.push(sheet);
    await book.beginSheet(sheet.name);
    if (this.format.headerRow) {
      book.beginRow();
      for (const [at, column] of columns.entries()) if (column.name !== '') book.text(at, column.name);
      await book.endRow();
    }
    return sheet;
  }

  /** Gives what writes the rows of a table; it counts them, for what it throws. */
  private rowWriter({ name, columns }: Table): (row: Row) => void {
    const { book } = this;
    const read = rowReader(columns);
    const cells = columns.map((column) => typedCells(column, this.request.timezone));
    const where = this.several ? `sheet ${shown(name)}, ` : '';
    let number = 0;
    return (row) => {
      number += 1;
      let at = -1;
      try {
        const values = read(row);
        book.beginRow();
        for (at = 0; at < cells.length; at += 1) cells[at]!(book, at, values[at]);
      } catch (error) {
        const column = at < 0 ? '' : `row ${number}, column ${shown(columns[at]!.name)}: `;
        // The same error, for its stack may lead to a line of the user's.
        if (error instanceof Error) error.message = `${where}${column}${error.message}`;
        throw error;
      }
    };
  }
}
