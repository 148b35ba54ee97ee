import type { Row } from '../api/cell.ts';
import type { Column } from '../api/column.ts';
import type { Rows } from '../api/export-classes.ts';

/** What a writer of files gets beside the format. */
export interface WriteRequest {
  /** Where to write, absolute; the file must not exist. It is fsynced when the writer returns. */
  path: string;
  /** IANA zone in which moments (`Date`) are written. */
  timezone: string;
  /** Writes so many rows at most: a preview. */
  limit?: number;
  /** Called now and then with the number of rows written so far. */
  progress?(rows: number): void;
  signal?: AbortSignal;
}

/** One table of the file: the only one of a CSV file, or a sheet. */
export interface Table {
  /** Name of the sheet. */
  name: string;
  columns: readonly Column[];
  rows: Rows<Row>;
}

/** What was written. */
export interface Written {
  /** Rows of data over all sheets, without header rows. */
  rows: number;
  bytes: number;
  sha256: string;
  /** Characters that the encoding lacked and that were replaced. */
  replaced: number;
  /** Sheets of a spreadsheet, those that rolled over included; none of a CSV file. */
  sheets: { name: string; rows: number }[];
}
