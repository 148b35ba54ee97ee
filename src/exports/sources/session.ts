import type { Cell } from '../api/cell.ts';

/** A statement as the server gets it, parameters in the order of its placeholders. */
export interface Statement {
  text: string;
  parameters: readonly unknown[];
}

/** A connection to a source, for one query or one script. */
export interface Session {
  /** Runs a statement; rows that it gives are dropped. */
  run(statement: Statement): Promise<void>;
  /** Begins a statement whose rows are wanted. */
  query(statement: Statement): Promise<Result>;
  /** Ends the session; what still runs is cancelled. Never throws. */
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Refuse statements that write? */
  readOnly: boolean;
  /** Cancels what runs, and ends the session. */
  signal: AbortSignal;
}

/** The rows of a statement as they come. */
export interface Result {
  /** Names of its columns; none when the statement gives no rows. */
  names: readonly string[];
  /** Some rows at a time, cells in the order of `names`; read once. The server waits while nobody reads. */
  batches(): AsyncIterable<readonly Cell[][]>;
}
