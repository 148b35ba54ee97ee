import type { Pool } from 'pg';
import type { Config, Task } from '../task/config.ts';
import type { CommandName } from '../task/messages.ts';
import type { CommandArgs, RunOptions, Status } from '../task/status.ts';
import type { ExitCode } from './exit.ts';
import type { Output } from './output.ts';

/**
 * What a command of the command line works with. Configuration, Temporal and PostgreSQL are opened when first asked
 * for (each costs some 0.3 s to load) and closed together at the end.
 */
export interface Session {
  /** What the process will exit with; a command that ends otherwise than by an error sets it. */
  exitCode: ExitCode;
  readonly out: Output;
  /** @throws ConfigError with path, value and what was expected; UsageError when `--config` names no file. */
  config(): Promise<Config>;
  /** The task that `name` means: its name or an alias, in any case. @throws CliError exit 4. */
  task(name: string): Promise<Task>;
  /** The installation's database, or undefined when none is configured or none answers. */
  database(): Promise<Pool | undefined>;
  /** Its address, for a connection of one's own; undefined when there is none. */
  databaseUrl(): Promise<string | undefined>;
  /** Why there is no database, for operators. */
  whyNoDatabase(): Promise<string>;
  /** Gives a command to a task. @throws CliError exit 5 when it does not fit the task's state. */
  sendCommand(task: Task, action: Action, args?: CommandArgs & RunOptions): Promise<Done>;
  /** Asks for a run, and tells that it was taken; with `wait` follows it, and ends with its exit code. */
  askRun(task: Task, options: RunOptions, wait: boolean): Promise<void>;
  /** Aborted by Ctrl-C, once asked for: for commands that follow something until the operator has seen enough. */
  interruption(): AbortSignal;
  /** Runs `close` when the command has ended, latest first. */
  onClose(close: () => Promise<void>): void;
}

/** A command of the engine, or of the task's kind with what to say when it is carried out. */
export type Action = CommandName | { name: string; done: string };

/** What a command did. */
export interface Done {
  task: string;
  action: string;
  /** Said to the operator. */
  message: string;
  /** How it was done: by the control workflow; on the schedule itself, or by a signal left for a worker to come. */
  by: 'worker' | 'schedule' | 'signal';
  /** The task's new status, when a worker answered. */
  status?: Status;
  /** What had become of the control workflow, where it did not run: it is started again. */
  control?: string;
}
