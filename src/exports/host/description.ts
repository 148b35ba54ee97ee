import type { Column } from '../api/column.ts';
import type { FileFormat } from '../api/format.ts';
import type { ProducedFile, Verdict } from '../api/verdict.ts';
import type { CheckedTarget } from '../timing/target.ts';

/** What a module says of its export when it is loaded; plain data, kept in the database. */
export interface Description {
  target: CheckedTarget;
  format: FileFormat;
  /** Template of the file's name. */
  file: string;
  /** The columns, where the header does not depend on the run; none where `sheets` makes them. */
  columns: Column[];
}

/** Which day, month or operation a file is about. */
export interface Unit {
  period: CheckedTarget['period'];
  /** The local date on which it is due, `2026-11-20`. */
  businessDay: string;
  /** With `period: 'operation'`: the segment. */
  operation?: string;
}

/** The finished file with its verdict, and its first rows as text for the screen. */
export interface Produced {
  file: ProducedFile;
  verdict: Verdict;
  titles: string[];
  firstRows: string[][];
}
