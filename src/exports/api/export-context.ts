import type { Cell } from './cell.ts';

/** What `rows` and the hooks of an export get. */
export interface ExportContext {
  /** The export's name and campaign. */
  name: string;
  campaign: string;
  /** The local date on which the export is due: `2026-11-20`. Of a monthly export the first of the month in which it is due. */
  businessDay: string;
  /** The days that the file is about, local, `to` excluded: the day before the business day, or the month before. */
  from: string;
  to: string;
  /** The month before, `2026-10`; with `period: 'month'` only. */
  month?: string;
  /** With `period: 'operation'`: the segment that the operator named. */
  operation?: string;
  /** IANA zone of the target. */
  timezone: string;
  /** A database of the configuration's `sources`, by name. Throws `UnknownSource`. */
  source(name: string): Source;
  /** Aborted when the run is cancelled. */
  signal: AbortSignal;
  /** A line for the task's log when it is traced. */
  log(text: string): void;
}

/** A database from which rows are read. */
export interface Source {
  readonly name: string;
  /**
   * The rows of one query, read through a server-side cursor, some hundred at a time, as fast as they are taken. Parameters are bound:
   * `$1` for PostgreSQL, `?` for MariaDB. Returned from `rows` as it is, it is written without being made into objects first.
   */
  stream<T extends object = Record<string, Cell>>(
    query: string,
    parameters?: readonly unknown[],
  ): RowStream<T>;
  /**
   * Several statements in one session: temporary tables, then one `select`, the last, whose rows are given. The first error stops the
   * script and names its statement. Parameters are bound to each statement that uses them.
   */
  script<T extends object = Record<string, Cell>>(text: string, parameters?: Parameters): RowStream<T>;
}

/** Parameters of a script by name: `:day` in its statements. */
export type Parameters = Readonly<Record<string, unknown>>;

/** Rows of a query; iterate once. Objects have the query's column names as keys. */
export interface RowStream<T> extends AsyncIterable<T> {
  readonly source: string;
}
