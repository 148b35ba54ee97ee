import type { Row } from './cell.ts';
import type { Header } from './column.ts';
import type { ExportContext } from './export-context.ts';
import type { CsvFormat, SheetFormat } from './file-format.ts';
import type { Target } from './target.ts';
import { deliver, type ProducedFile, type Verdict } from './verdict.ts';

export type Rows<R> = AsyncIterable<R> | Iterable<R>;

/** A sheet of a spreadsheet with more than one. */
export interface Sheet<R = Row> {
  name: string;
  header: Header;
  rows: Rows<R>;
}

/** What both forms of export have. Users inherit from `CsvExport` or `XlsExport`. */
export abstract class Export<R = Row> {
  /**
   * Name of the file, with `{yyyy}`, `{MM}`, `{dd}` of the business day (of a monthly export: of the month that it is about),
   * `{segment}` and `{campaign}`. Left out: the export's name and the business day.
   */
  file?: string;
  /** Titles of the columns; each row must have as many cells. */
  header: Header = [];

  /** Before the file is begun. */
  before?(context: ExportContext): void | Promise<void>;
  /** After the file is finished and checked, whatever the verdict. */
  after?(file: ProducedFile, context: ExportContext): void | Promise<void>;
  /** After a failure in any of the other methods; the export fails with `error` all the same. */
  failed?(error: unknown, context: ExportContext): void | Promise<void>;

  /** Says whether the finished file may go out. */
  check(_file: ProducedFile, _context: ExportContext): Verdict | Promise<Verdict> {
    return deliver();
  }

  /** The rows, in the order of the file. */
  rows(_context: ExportContext): Rows<R> {
    return [];
  }
}

/** An export to a CSV file. */
export abstract class CsvExport<R = Row> extends Export<R> {
  /** How it is written; what is left out has its default. */
  csv: Partial<Omit<CsvFormat, 'type'>> = {};

  abstract override rows(context: ExportContext): Rows<R>;
}

/** An export to a spreadsheet: override `rows` for one sheet, or `sheets` for several. */
export abstract class XlsExport<R = Row> extends Export<R> {
  /** `xls` is BIFF8, for tools that need it. */
  format: SheetFormat['type'] = 'xlsx';
  /** Name of the sheet. */
  sheet = 'Sheet1';
  headerRow = true;

  /** The sheets, written one after the other. */
  sheets(context: ExportContext): Sheet[] | Promise<Sheet[]> {
    return [{ name: this.sheet, header: this.header, rows: this.rows(context) as Rows<Row> }];
  }
}

/** An export as a plain object: the function form. */
export interface ExportDefinition<R = Row> {
  target?: Target;
  file?: string;
  header?: Header;
  /** Default: a CSV file. */
  format?:
    | (Partial<CsvFormat> & { type: 'csv' })
    | (Partial<SheetFormat> & { type: SheetFormat['type']; sheet?: string });
  rows?(context: ExportContext): Rows<R>;
  /** Spreadsheets with more than one sheet. */
  sheets?(context: ExportContext): Sheet[] | Promise<Sheet[]>;
  check?(file: ProducedFile, context: ExportContext): Verdict | Promise<Verdict>;
  before?(context: ExportContext): void | Promise<void>;
  after?(file: ProducedFile, context: ExportContext): void | Promise<void>;
  failed?(error: unknown, context: ExportContext): void | Promise<void>;
}

/** Declares an export in the function form; only gives its parts their types. */
export function defineExport<R = Row>(definition: ExportDefinition<R>): ExportDefinition<R> {
  return definition;
}
