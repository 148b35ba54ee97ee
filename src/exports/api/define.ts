import type { Row } from './cell.ts';
import type { Header } from './column.ts';
import type { ExportContext } from './context.ts';
import type { Rows, Sheet } from './export.ts';
import type { CsvFormat, SheetFormat } from './format.ts';
import type { Target } from './target.ts';
import type { ProducedFile, Verdict } from './verdict.ts';

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
