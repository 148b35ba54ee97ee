import { attentionOf } from '../../incidents/open-incidents.ts';
import type { Client, ScheduleDescription } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Config, Task } from '../../task/config.ts';
import { readRuns, toLastRun } from '../../store/tasks.ts';
import type { TaskContext } from '../../task/kind.ts';
import type { Attention, LastRun, Outcome, Status, Waiting } from '../../task/status.ts';
import { scheduleId } from '../../task/names.ts';
import { readNote } from '../../temporal/note.ts';
import { whyNoDatabase } from '../../reach/database.ts';
import { deadline, isMissing, withRetries, within } from '../../reach/deadline.ts';
import { CliError, exit } from '../../command/exit.ts';
import type { CliSession } from '../frame/cli-session.ts';
import { askStatus, type Gone, type Said } from './ask-control.ts';
import { pollers } from './pollers.ts';
import { checkAttention } from '../../task/answers.ts';
import { inTime } from '../../task/in-time.ts';

/** What `regie status` tells: the contract's status, and where it comes from. */
export interface View extends Known {
  worker: WorkerView;
  /** Why no database answers; absent when one does. What waits and what is to be looked at is as last heard then. */
  noDatabase?: string;
}

/** A status of which it may not be known since when: `temporal schedule toggle` leaves no time behind. */
type Known = Omit<Status, 'since'> & { since?: string };

export interface WorkerView {
  /** Did the control workflow answer, that is: does a worker of this installation run? */
  answers: boolean;
  /** What has become of the control workflow, where it does not run: then a worker may live all the same. */
  control?: Gone;
  /** When a worker last asked for work, ISO UTC; absent when that is more than five minutes ago. */
  lastSeen?: string;
}

/** A task of the configuration that has no schedule yet. */
export interface Absent {
  task: string;
  kind: string;
  state: 'absent';
}

/**
 * The state of a task, from every source that answers: the control workflow for what it learned, the
 * schedule for the paused state and the next run (it is the truth), the database for what waits now.
 * @throws NotApplied (exit 5) when the task's schedule does not exist.
 */
export async function view(session: CliSession, task: Task): Promise<View> {
  const [client, config] = await Promise.all([session.clientToRead(), session.config()]);
  const [schedule, said, database] = await Promise.all([
    describeSchedule(client, task),
    askStatus(client, task),
    session.database(),
  ]);
  const [known, present] = await Promise.all([
    said.answer ?? withoutControl(client, task, schedule, database),
    database ? lookNow(database, config, task) : undefined,
  ]);
  return {
    ...withSchedule(known, schedule),
    ...present,
    worker: await worker(client, said),
    ...(database ? {} : { noDatabase: await whyNoDatabase(config.root) }),
  };
}

/** A task of the configuration has no schedule on the server. */
export class NotApplied extends CliError {
  constructor(task: Task) {
    super(
      exit.refused,
      `${task.name} is in the configuration but has no schedule on the server. Run \`regie apply\`.`,
    );
    this.name = 'NotApplied';
  }
}

/** The task's schedule. @throws NotApplied when there is none. */
export async function describeSchedule(client: Client, task: Task): Promise<ScheduleDescription> {
  try {
    return await withRetries(client, () => client.schedule.getHandle(scheduleId(task.name)).describe());
  } catch (error) {
    throw isMissing(error) ? new NotApplied(task) : error;
  }
}

async function worker(client: Client, { answer, gone }: Said<Status>): Promise<WorkerView> {
  const [last] = await pollers(client);
  return {
    answers: answer !== undefined,
    ...(gone ? { control: gone } : {}),
    ...(last ? { lastSeen: last.at } : {}),
  };
}

/** `known`, with the state and its author as the schedule has them. */
function withSchedule(known: Known, schedule: ScheduleDescription): Known {
  const state = stateOf(schedule);
  const next = schedule.info.nextActionTimes[0];
  const nextRun = state === 'started' && next ? { nextRun: whenNext(known, next) } : {};
  const note = schedule.state.note ?? '';
  const { by } = readNote(note);
  // The same state may have been left and entered again by somebody else since. No note: nobody touched it yet.
  const same = state === known.state && (!note || by === known.by || by === known.by.replace(/\s+/g, '_'));
  if (same) return { ...known, ...nextRun };
  const { since: _, by: __, reason: ___, held: ____, nextRun: _____, ...rest } = known;
  return { ...rest, state, ...authorOf(note), ...nextRun };
}

/** A task that failed backs off: ticks before the one that its control workflow names stay idle. */
function whenNext({ failures, nextRun }: Known, next: Date): string {
  const tick = next.toISOString();
  return failures > 0 && nextRun && nextRun > tick ? nextRun : tick;
}

const stateOf = ({ state }: ScheduleDescription) => (state.paused ? 'stopped' : 'started');

/** Who brought a schedule into its state, as its note tells. */
function authorOf(note: string): Pick<Known, 'by' | 'since' | 'reason' | 'held'> {
  const { by, at, reason, held } = readNote(note);
  return { by, ...(at ? { since: at } : {}), ...(reason ? { reason } : {}), ...(held ? { held } : {}) };
}

/** The status as schedule and database know it, when the control workflow does not answer. */
async function withoutControl(
  client: Client,
  task: Task,
  schedule: ScheduleDescription,
  database: Pool | undefined,
): Promise<Known> {
  const row = database ? await readRow(database, task) : undefined;
  const lastRun = row ? row.lastRun : await lastAction(client, schedule);
  const { paused, note = '' } = schedule.state;
  // The row is the control workflow's: it knows since when, unless the schedule was changed without it.
  const since =
    row?.paused === paused && row.note === note ? row.since : note ? undefined : schedule.info.createdAt;
  return {
    task: task.name,
    kind: task.kind.name,
    state: stateOf(schedule),
    running: schedule.info.runningActions.length > 0,
    ...(since ? { since: since.toISOString() } : {}),
    ...authorOf(note),
    trace: row?.trace ?? false,
    failures: row?.failures ?? 0,
    ...(lastRun ? { lastRun } : {}),
    asOf: new Date().toISOString(),
  };
}

interface Row {
  paused: boolean;
  note: string;
  since: Date;
  trace: boolean;
  failures: number;
  lastRun?: LastRun;
}

async function readRow(database: Pool, task: Task): Promise<Row | undefined> {
  try {
    const { rows } = await database.query<Row>(
      'select paused, note, since, trace, failures from regie.task where name = $1',
      [task.name],
    );
    const { last } = await readRuns(database, task.name);
    return rows[0] && { ...rows[0], ...(last ? { lastRun: toLastRun(last) } : {}) };
  } catch {
    // A database that is not migrated, or went away: the schedule alone must do.
    return undefined;
  }
}

const outcomes: Record<string, Outcome> = { COMPLETED: 'done', CANCELLED: 'cancelled' };

/** The last run as Temporal remembers it: how it ended, but not what it counted. */
async function lastAction(client: Client, schedule: ScheduleDescription): Promise<LastRun | undefined> {
  const last = schedule.info.recentActions.at(-1);
  if (!last || last.action.type !== 'startWorkflow') return undefined;
  const { workflowId, firstExecutionRunId } = last.action.workflow;
  const at = last.takenAt.toISOString();
  try {
    const run = await within(client, () =>
      client.workflow.getHandle(workflowId, firstExecutionRunId).describe(),
    );
    if (run.status.name === 'RUNNING') return undefined;
    const ms = (run.closeTime ?? run.startTime).getTime() - run.startTime.getTime();
    return { id: workflowId, at, ms, outcome: outcomes[run.status.name] ?? 'failed', counts: {} };
  } catch (error) {
    if (isMissing(error)) return undefined; // The server keeps a run for its retention time only.
    throw error;
  }
}

async function waitingByLook(task: Task, ctx: TaskContext<unknown>): Promise<Waiting[] | undefined> {
  const { work, blockedBy, waiting } = await task.kind.poll({ ...ctx, nominal: new Date(), pending: null });
  return waiting ?? (work || blockedBy ? undefined : []);
}

/**
 * What waits for the task and for its operator at this moment, as its kind counts it; nothing when that takes
 * too long, or this machine does not see the task's folders.
 */
async function lookNow(
  database: Pool,
  config: Config,
  task: Task,
): Promise<{ waiting?: Waiting[]; attention?: Attention }> {
  try {
    const db = await database.connect();
    try {
      await db.query(`set statement_timeout = ${deadline}`);
      const ctx = { task: task.name, settings: task.settings, config, db };
      const waiting = await ofKind(task, 'waiting', task.kind.waiting?.(ctx) ?? waitingByLook(task, ctx));
      const told = task.kind.attention
        ? checkAttention(task.kind.name, await ofKind(task, 'attention', task.kind.attention(ctx)))
        : await attentionOf(db, task.name);
      const attention = told.count > 0 || task.kind.attention ? told : undefined;
      return { ...(waiting ? { waiting } : {}), ...(attention ? { attention } : {}) };
    } finally {
      // Not back into the pool: the session carries the time limit.
      db.release(true);
    }
  } catch {
    // Not migrated, too slow, or gone: what the control workflow last heard is shown instead.
    return {};
  }
}

/** How long a kind may take to tell of its task, ms: somebody waits for it. */
const KIND_WITHIN = 5_000;

const ofKind = <T>({ name, kind }: Task, what: string, work: Promise<T>): Promise<T> =>
  inTime(
    KIND_WITHIN,
    work,
    `${name}: the kind ${kind.name} has not answered ${what} within ${KIND_WITHIN / 1_000} s`,
  );
