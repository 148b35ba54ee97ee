/** Characters that a cell may have in both formats. */
export const LONGEST_TEXT = 32_767;

/** Takes the cells of a row that have something in them, from left to right. `column` counts from 0. */
export interface CellSink {
  text(column: number, text: string): void;
  /** `format`: how it is shown, in the words of spreadsheets; left out: as the program likes. Dates are numbers too. */
  number(column: number, value: number, format?: string): void;
  boolean(column: number, value: boolean): void;
}

/** A workbook that is being written, sheet after sheet and row after row. */
export interface Book extends CellSink {
  beginSheet(name: string): Promise<void>;
  beginRow(): void;
  /** A promise when what was written has to get to the disk first. */
  endRow(): Promise<void> | undefined;
  /** Returns when the file is on the disk. */
  finish(): Promise<{ bytes: number; sha256: string }>;
  /** Stops and removes what was written. */
  discard(): Promise<void>;
}

/** What a sheet can hold, its header row included. */
export interface Bounds {
  rows: number;
  columns: number;
}
