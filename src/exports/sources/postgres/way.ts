import type { Result, Statement } from '../source-session.ts';

/** How a session with a PostgreSQL runs its statements, one after the other. */
export interface Way {
  /** Runs a statement; rows that it gives are dropped. */
  run(statement: Statement): Promise<void>;
  /** Begins a statement whose rows are wanted. */
  query(statement: Statement): Promise<Result>;
  /** Tells the server to stop what still runs. Never throws. */
  stop(): Promise<void>;
}
