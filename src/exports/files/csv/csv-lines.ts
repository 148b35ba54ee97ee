import type { Cell } from '../../api/cell.ts';
import type { Column } from '../../api/column.ts';
import { shown } from '../../api/shown-values.ts';
import type { CsvFormat } from '../../api/file-format.ts';
import { cellText } from './cell-text.ts';
import { Encoding } from './encoding.ts';

/** What a spreadsheet takes for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const LINE_END = '\r\n';

/** Makes the lines of a CSV file (RFC 4180, with a separator of choice), as text that fits the encoding. */
export class Lines {
  readonly encoding: Encoding;
  readonly separator: string;
  private readonly columns: readonly Column[];
  private readonly format: CsvFormat;
  private readonly texts: readonly ((cell: Cell) => string | undefined)[];
  private readonly needsQuotes: RegExp;

  constructor(columns: readonly Column[], format: CsvFormat, timezone: string) {
    this.columns = columns;
    this.format = format;
    this.encoding = new Encoding(format);
    this.texts = columns.map((column) => cellText(column, timezone));
    this.separator = this.fitted('the separator', format.separator);
    const escaped = this.separator.replaceAll(/[\\\]^-]/g, String.raw`\$&`);
    this.needsQuotes = new RegExp(`["\\r\\n${escaped}]`, 'u');
  }

  header(): string {
    const cells = this.columns.map(({ name }) => this.cell(this.fitted('the header', name)));
    return this.joined(cells);
  }

  /** @param number of the row, from 1, for what is thrown. */
  row(cells: readonly Cell[], number: number): string {
    let line = '';
    for (let i = 0; i < this.columns.length; i++) {
      if (i > 0) line += this.separator;
      line += this.text(cells[i], i, number);
    }
    return this.columns.length === 1 && line === '' ? `""${LINE_END}` : line + LINE_END;
  }

  /** One cell as it stands in the file; `at` is its column. */
  text(cell: Cell, at: number, number: number): string {
    try {
      const text = this.texts[at]!(cell);
      // Nothing, also where all cells are quoted: so it stays apart from an empty text.
      if (text === undefined) return '';
      return this.cell(this.encoding.fit(this.guarded(text, cell, at)));
    } catch (error) {
      // The same error, for its stack may lead to a line of the user's.
      if (error instanceof Error)
        error.message = `row ${number}, column ${shown(this.columns[at]!.name)}: ${error.message}`;
      throw error;
    }
  }

  /** Numbers and dates are no formulas, though some begin with a minus. */
  private guarded(text: string, cell: Cell, at: number): string {
    const { type } = this.columns[at]!;
    const isText = typeof cell === 'string' && (type === undefined || type === 'text');
    return this.format.guard && isText && FORMULA.test(text) ? `'${text}` : text;
  }

  private cell(text: string): string {
    if (this.format.quoting === 'minimal' && !this.needsQuotes.test(text)) return text;
    return `"${text.replaceAll('"', '""')}"`;
  }

  /** A line with nothing in it is passed over by most readers. */
  private joined(cells: readonly string[]): string {
    const line = cells.join(this.separator);
    return (line === '' ? '""' : line) + LINE_END;
  }

  private fitted(what: string, text: string): string {
    try {
      return this.encoding.fit(text);
    } catch (error) {
      throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
    }
  }
}
