import type { Pool, PoolClient } from 'pg';
import type { ZodType } from 'zod';
import type { Installation } from './installation.ts';
import type { Sections } from './section.ts';
import type { Calendar } from './calendar.ts';
import type { Incident, IncidentDecision, Problem } from './incident.ts';
import type { Attention, RunOptions, Waiting } from './status.ts';

/** A span of time as users write it: `'30s'`, `'2m'`, `'1h'`, `'500ms'`, `'1d'`. */
export type Duration = string;

/** What every call into a domain gets: the task it is for, its settings, the installation. */
export interface TaskContext<S> {
  /** Name of the task, e.g. `svcLoadJson`. */
  task: string;
  settings: S;
  config: Installation;
  /** A PostgreSQL connection. In `work` it is the session that holds the task's lock: do every write on it. */
  db: PoolClient;
}

/**
 * The port through which a domain speaks to whoever runs it. Domains import nothing of Temporal; tests
 * and benchmarks pass a port of their own.
 */
export interface Port {
  /** Aborted when the run is cancelled (`stop --now`) or its worker shuts down. */
  signal: AbortSignal;
  /** Says how far the run is; cheap, call it often. It is the run's heartbeat and the progress operators see. */
  progress(progress: Progress): void;
  /** One line for whoever traces the task. Does nothing while the task is not traced. */
  trace(text: string, data?: Record<string, unknown>): void;
  /** True while the task is traced: lets a domain skip building expensive trace lines. */
  readonly traced: boolean;
  /**
   * Says that something is committed that tasks declared `after` this one act upon. In a long run they start
   * while it goes on; after a short one they start anyway, by `Report.changed`. Cheap, call it often.
   */
  changed(): void;
  /**
   * Writes down what waits for an operator (`open`), or is tried again by later runs (`retrying`: after 1 and 5 minutes, half an
   * hour, 2 and 12 hours, then it is given up). One incident for each subject; met again, it is counted.
   */
  incident(problem: Problem, state?: 'open' | 'retrying'): Promise<void>;
  /** What was told of these subjects is mended. */
  resolved(...subjects: string[]): Promise<void>;
  /** True when the operator asked the task to stop: end the run at this safe point. Asks PostgreSQL, so call it between groups. */
  shouldStop(): Promise<boolean>;
}

export interface Progress {
  /** What is being done, in words: `loading group 3`. */
  step: string;
  done?: number;
  total?: number;
  counts?: Record<string, number>;
}

export interface WorkContext<S> extends TaskContext<S>, Port, RunTrigger {
  /** The run's workflow id; the same when the run is retried after a crash. Two runs of the same second share it. */
  run: string;
  /** The same only when the run is retried; absent where no engine runs it. */
  runId?: string;
  options: RunOptions;
}

/** What `poll` gets. */
export interface PollContext<S> extends TaskContext<S>, RunTrigger {
  /** What the next run was asked for, by `run`; null when nobody asked. */
  pending: RunOptions | null;
}

/** When and how a run came to be. */
export interface RunTrigger {
  /** The nominal time of the schedule's tick (a backfill's is in the past), or the moment of the trigger. */
  nominal: Date;
  /** When the engine started the run: of a backfill long after its nominal time, of a late worker's run on time; absent where no engine runs it. */
  started?: Date;
  /** The calendar of the schedule that started the run, when `nominal` is one of its ticks. */
  tickOf?: Calendar;
}

/** Answer of `poll`. */
export interface Poll {
  /** Is there anything to do? `false` ends the run as `idle`. */
  work: boolean;
  /** Set when the task waits for someone: a missing folder, a missing file. Ends the run as `waiting`. */
  blockedBy?: string;
  waiting?: Waiting[];
}

/** What a run did: counts, never rows (it is stored in the run's history). */
export interface Report {
  outcome: 'done' | 'idle' | 'waiting' | 'stopped';
  counts: Record<string, number>;
  /** Did anything change that a task declared `after` this one should act upon? */
  changed: boolean;
  waiting?: Waiting[];
  /** A sentence for the operator, e.g. what is missing when the outcome is `waiting`. */
  note?: string;
  /**
   * Set when the task has done all it ever will: why, in a few words. It is stopped then, by itself, until an operator
   * starts it again.
   */
  end?: string;
}

/** Options that a kind's command, or its `run`, takes: by name, `period` for `--period`. */
export type OptionsOfKind = Readonly<Record<string, OptionOfKind>>;

interface OptionOfKind {
  /** What it is for, in a few words; the help of `regie` shows it. */
  summary: string;
  /** What its value is like, `yyyy-mm-dd`; left out of one that is only there or not. */
  value?: string;
}

/** A command of an operator that only some kinds know, such as `release`: a signal, an update, and a command of `regie`. */
export interface KindCommand<S> {
  /** What it does, in one line; the Web UI shows it beside the signal. */
  summary: string;
  /** What `regie <command> <task>` takes beside `--reason`. Whoever signals may give anything: check it in `run`. */
  options?: OptionsOfKind;
  /**
   * Carries it out; may be repeated after a crash.
   * @throws {CommandRejected} in the operator's words, when it does not fit.
   */
  run(ctx: TaskContext<S>, args: Readonly<Record<string, unknown>>, by: string): Promise<CommandResult>;
}

/** What a command of a kind did. */
export interface CommandResult {
  /** In words, for the operator and the task's log. */
  text: string;
  /** Should a run follow at once? */
  start?: boolean;
}

/** What a service of a task gets. */
export interface ServeContext<S> extends Omit<TaskContext<S>, 'db'> {
  pool: Pool;
  /** Starts a run of the task now, or right after the one in progress; false, and no run, while the task is stopped. */
  start(): Promise<boolean>;
  /** Aborted when the worker shuts down. */
  signal: AbortSignal;
  /** The worker's log. */
  log: Log;
}

/** A log of lines with data; an error goes in as `err`. */
interface Log {
  info(data: object, text: string): void;
  warn(data: object, text: string): void;
}

/** How a kind's incidents are mended. All may be repeated after a crash at any line. */
export interface KindIncidents<S> {
  /**
   * Prepares that an incident is tried again: puts its file back, say. Left out where the next run of the task does all by
   * itself. `resolved`: nothing is left of the incident; `moved`: its file is not where it was kept any more.
   * @throws {CommandRejected} in the operator's words, when it cannot be.
   */
  retry?(
    ctx: TaskContext<S>,
    incident: Incident,
    by: string,
  ): Promise<{ resolved?: boolean; moved?: boolean }>;
  /** What waits for a decision in tables of its own: it stands in the same list. */
  own?: {
    /** Those that are not decided, the latest first; their ids begin with a word, so that they are not numbers. */
    list(ctx: TaskContext<S>): Promise<Incident[]>;
    /** @throws {CommandRejected} when an operator has to say more, and by which command. */
    retry(ctx: TaskContext<S>, incident: Incident, by: string): Promise<IncidentDecision>;
    /** @throws {CommandRejected} when an operator has to say more, and by which command. */
    close(ctx: TaskContext<S>, incident: Incident, by: string, note?: string): Promise<IncidentDecision>;
  };
}

/**
 * A kind of task: one object, in its module's folder. Everything that the engine, the command
 * line and the Web UI know about a kind comes from here.
 */
export interface Kind<S = unknown> {
  /** The run workflow's type, as the Web UI shows it: `loadJson`. */
  name: string;
  /** Other names by which an operator may call a task of this kind; compared without case. */
  aliases: readonly string[];
  /** What tasks of this kind do, in one line of plain words; shown by the Web UI and `regie list`. */
  summary: string;
  /**
   * Checks the settings of `regie.config.ts` and fills in the defaults. Where they depend on a section of the configuration: what makes
   * the schema of the checked sections.
   */
  settings: ZodType<S> | ((sections: Sections) => ZodType<S>);
  /** Names that settings once had, and those of today, `http.patience` of a member below another: they are still taken, and `apply` says so. */
  formerSettings?: Readonly<Record<string, string>>;
  /** Keys of the configuration's sections that its runs depend on: `apply` shows it where one has changed. */
  dependsOn?: readonly string[];
  /** Default period. */
  every: Duration;
  /**
   * For kinds that are due by the clock of a zone: the task's ticks, instead of a period. A run that fails is tried again at the next tick, without a
   * pause that grows. May take a second the first time. Never throws: what is wrong with a task is told by its runs.
   */
  calendar?(ctx: Omit<TaskContext<S>, 'db'>): Promise<Calendar>;
  /** What is wrong with a task that can be known before it runs, in words: told by `apply` and `up`, and stops nothing else. May take a second. */
  fault?(ctx: Omit<TaskContext<S>, 'db'>): Promise<string | undefined>;
  /** What is allowed and yet unwise in a task's settings, a sentence each: told by `apply`, `up` and `doctor`. */
  warnings?(ctx: Omit<TaskContext<S>, 'db'>): string[];
  /** Folders, absolute, that every worker of the installation must see alike; `root` is the installation's. */
  folders?(settings: S, root: string, config: Installation): string[];
  /** Is there work? Runs on every tick, in a local activity: keep it under a second. */
  poll(ctx: PollContext<S>): Promise<Poll>;
  /** What waits at this moment, for `status`, which must be quick and change nothing; left out where `poll` itself is both. */
  waiting?(ctx: TaskContext<S>): Promise<Waiting[]>;
  /** What an operator has to look at; asked by `status` and every 15 s, so keep it under a second. */
  attention?(ctx: TaskContext<S>): Promise<Attention>;
  /** What operators may do about its incidents beside having them tried again, and what is wrong in tables of its own. */
  incidents?: KindIncidents<S>;
  /** What `regie run <task>` takes beside `--once`, `--force`, `--tmp` and `--wait`; it is part of the run's options. */
  runOptions?: OptionsOfKind;
  /** Commands beside `start`, `stop`, `run`, `trace`, `notrace`: signals and updates of the task's control workflow. */
  commands?: Readonly<Record<string, KindCommand<S>>>;
  /**
   * Takes what a `run` asks for, before the run is started: requests that must neither get lost nor be mixed when several wait for one run.
   * @throws {CommandRejected} in the operator's words.
   */
  request?(ctx: TaskContext<S>, options: RunOptions, by: string): Promise<void>;
  /** Does the work. Must be safe to repeat after a crash at any line. */
  work(ctx: WorkContext<S>): Promise<Report>;
  /**
   * What the task offers beside its runs for as long as a worker lives, such as an HTTP endpoint. Every worker begins
   * it; one that ends with an error is begun again a little later: where only one of them can have an address the
   * others take over when it goes. Ends by itself, at once, when there is nothing to offer.
   */
  serve?(ctx: ServeContext<S>): Promise<void>;
}

/** Declares a kind; only gives `settings` its type. */
export function defineKind<S>(kind: Kind<S>): Kind<S> {
  return kind;
}
