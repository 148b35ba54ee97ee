/** A count of things that wait for a task: files in an inbox, buckets to recompute. */
export interface Waiting {
  what: string;
  count: number;
  /** When the oldest arrived, ISO UTC. */
  oldest?: string;
}

/** What an operator has to look at: files that were refused, and the like. */
export interface Attention {
  /** How many there are. */
  count: number;
  /** The latest, newest first, a handful. */
  latest: {
    /** ISO UTC. */
    at: string;
    /** A sentence, with the name of what it is about. */
    text: string;
  }[];
  /** What to do about it: a command. */
  how?: string;
}

export type Outcome = 'done' | 'idle' | 'waiting' | 'stopped' | 'busy' | 'failed' | 'cancelled';

export interface LastRun {
  /** Workflow id of the run. */
  id: string;
  /** When it began, ISO UTC. */
  at: string;
  /** How long it took, milliseconds. */
  ms: number;
  outcome: Outcome;
  counts: Record<string, number>;
  error?: string;
  note?: string;
}

/** The answer of the query `status`; times are ISO UTC. */
export interface Status {
  task: string;
  kind: string;
  state: 'started' | 'stopped';
  /** True when `regie scheduler stop` holds the task. */
  held?: boolean;
  /** Is a run in progress? */
  running: boolean;
  /** What the run in progress is doing. */
  progress?: string;
  /** Since when the task is in this state. */
  since: string;
  /** Who brought it there: `user@host`, `signal`, or `schedule: <note>`. */
  by: string;
  reason?: string;
  trace: boolean;
  lastRun?: LastRun;
  /** Next tick as known at `asOf`. */
  nextRun?: string;
  waiting?: Waiting[];
  /** What an operator has to look at; absent when the kind knows of nothing. */
  attention?: Attention;
  /** Consecutive failed runs. */
  failures: number;
  /** When the control workflow last learned something. */
  asOf: string;
}

/** Options of one run, left with `run`. */
export interface RunOptions {
  /** Rehearsal: write to twin tables, leave inputs in place. */
  tmp?: boolean;
  force?: boolean;
  /** Run even though the task is stopped. */
  once?: boolean;
  by?: string;
  [option: string]: unknown;
}

/** Argument of `start`, `stop`, `trace`, `notrace`. */
export interface CommandArgs {
  reason?: string | undefined;
  /** The caller's `user@host`. */
  by?: string | undefined;
  /** With `stop`: also cancel the run in progress. */
  now?: boolean | undefined;
}
