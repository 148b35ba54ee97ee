import type { Cell } from '../api/cell.ts';

/** A query, or a statement of a script, as the source gets it; parameters in the order of its placeholders. */
export interface Statement {
  text: string;
  parameters: readonly unknown[];
}

/** A connection to a source, for one query or one script. */
export interface Session {
  /** Runs a statement of a script; rows that it gives are dropped. Of no use where there are no scripts. */
  run?(statement: Statement): Promise<void>;
  /** Begins a statement whose rows are wanted. */
  query(statement: Statement): Promise<Result>;
  /** Ends the session; what still runs is cancelled. Never throws. */
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Refuse statements that write? False for a script. */
  readOnly: boolean;
  /** Cancels what runs, and ends the session. */
  signal: AbortSignal;
  /** Gets a sentence for the log, when rows come by another way than they should. */
  tell(text: string): void;
}

/** The rows of a statement as they come. */
export interface Result {
  /** Names of its columns; none when the statement gives no rows. */
  names: readonly string[];
  /** Some rows at a time, cells in the order of `names`; read once. The server waits while nobody reads. */
  batches(): AsyncIterable<readonly Cell[][]>;
}

/** Rows that some servers give in another way too. */
export interface ServerResult extends Result {
  /** The same as the server wrote them, where they come as text: for who writes text. */
  readonly wire?: WireRows;
}

/** What the text of a cell says; all types that are not named here are text. */
export type Kind = 'boolean' | 'integer' | 'float' | 'decimal' | 'date' | 'datetime' | 'moment' | 'text';

/** Rows as PostgreSQL's messages `DataRow`, cells as its own text in UTF-8; read once, instead of `batches`. */
export interface WireRows {
  readonly kinds: readonly Kind[];
  /** Whole messages, one after the other: a byte of type, length (4 bytes, without the type), number of cells (2), then each cell: length (4; -1 is NULL), text. */
  messages(): AsyncIterable<Buffer>;
  decode(kind: Kind, text: string): Cell;
}
