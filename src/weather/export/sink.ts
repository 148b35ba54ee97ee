import type { Value } from './export-columns.ts';

/** Takes the rows of an export, a batch at a time; a row is its columns' values in their order. */
export interface Sink {
  write(rows: readonly Value[][]): Promise<void>;
  /** Completes the file; without it the file is of no use. */
  finish(): Promise<void>;
  /** Lets go of the file, finished or not. */
  close(): Promise<void>;
}
