/** What `regie up` and the worker that it keeps in a process of its own tell each other, over the channel that Node opens between them. */

/** The argument of a kept worker that names the process of its keeper: it is told what to do, and ends when that one has gone. */
export const KEPT_BY = '--kept-by';

/** What a worker is to begin with. The address of the database holds a password, which no command line may show. */
export interface Begin {
  type: 'begin';
  databaseUrl: string;
  /** The database is ours, on this machine only. */
  alone: boolean;
}

export type ToWorker =
  | Begin
  /** End: runs in progress at their next safe points. */
  | { type: 'drain' }
  /** End at once: runs in progress are left behind. */
  | { type: 'hurry' };

export type FromWorker =
  /** It polls. */
  | { type: 'ready' }
  /** A line for the operator. */
  | { type: 'say'; line: string }
  /** It ends by an error: as a command tells of it. */
  | { type: 'failed'; code: number; message: string; details: Record<string, unknown> }
  /** It ends by an error that was thrown where nobody could catch it. */
  | { type: 'stray'; message: string };
