import type { Calendar } from './calendar.ts';
import type { Attention, LastRun, Outcome, RunOptions, Waiting } from './status.ts';

/** What a run is asked for: passed from its workflow to its activities. */
export interface RunTicket {
  task: string;
  /** Workflow id and run id. */
  id: string;
  runId: string;
  kind: string;
  /** Nominal time, ISO UTC. */
  nominal: string;
  /** When its workflow was started, ISO UTC. */
  started?: string;
  /** The calendar that its schedule was made with. */
  calendar?: Calendar;
}

/** What `poll` decided. */
export interface PollResult {
  outcome: 'work' | Exclude<Outcome, 'done' | 'failed' | 'cancelled'>;
  note?: string;
  waiting?: Waiting[];
}

export interface RunResult {
  outcome: Outcome;
  counts?: Record<string, number>;
  note?: string;
}

/** How a run ended without a report of its own. */
export interface Failure {
  outcome: 'failed' | 'cancelled';
  error: string;
}

/** Sent to the control workflow by the last act of a run. */
export interface RunReport {
  run: LastRun;
  waiting?: Waiting[];
  failures: number;
  /** The tick that comes next unless the task is stopped, ISO UTC; absent when the worker does not know the task. */
  nextRun?: string;
  /** What an operator has to look at, when that is news. */
  attention?: Attention;
  /** Last trace lines of the run, when it was traced. */
  lines?: string[];
}

export interface RunProgress {
  id: string;
  /** When the run began, ISO UTC. */
  at: string;
  text: string;
}

/** The schedule and the task's row, as an activity found them. */
export interface TaskState {
  paused: boolean;
  held: boolean;
  since: string;
  by: string;
  reason?: string;
  trace: boolean;
  nextRun?: string;
  failures: number;
  lastRun?: LastRun;
  waiting?: Waiting[];
  attention?: Attention;
  /** Run in progress, if any. */
  running?: { id: string; at: string };
}

export type CommandName = 'start' | 'stop' | 'run' | 'trace' | 'notrace';

export interface CommandRequest {
  task: string;
  /** One of `CommandName`, or a command of the task's kind. */
  name: string;
  by: string;
  reason?: string;
  now?: boolean;
  /** Of `run`: its options; of a kind's command: what it is about. */
  options?: RunOptions;
}

export interface CommandAnswer {
  /** What was done, in words. */
  text: string;
  /** Set when the command does not fit the task's state. */
  refused?: boolean;
  state: TaskState;
}
