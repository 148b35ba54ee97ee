import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import { ScheduleOverlapPolicy, WorkflowNotFoundError, type ScheduleHandle } from '@temporalio/client';
import { byWhom } from '../../task/by-whom.ts';
import type { Task } from '../../task/config.ts';
import { messageOf } from '../../task/errors.ts';
import type { CommandResult, TaskContext } from '../../task/kind.ts';
import type { CommandAnswer, CommandName, CommandRequest, TaskState } from '../../task/messages.ts';
import { CommandRejected } from '../../task/command-rejected.ts';
import { NotFound, notFound } from '../../task/not-found.ts';
import { readRuns, readTask } from '../../store/tasks.ts';
import { scheduleId } from '../../task/names.ts';
import { writeNote } from '../../temporal/note.ts';
import { readSchedule, type ScheduleState } from '../../temporal/schedules/read-schedule.ts';
import { newAttention, recordAttention } from './read-attention.ts';
import { findTask, type Engine } from './engine.ts';
import { withFailures } from './with-failures.ts';
import { readState, recordSchedule, writeLog } from './state.ts';

/** The acts of the control workflow on its task's schedule and row. All may be repeated without harm. */
export function createControl(engine: Engine) {
  return {
    inspect: (task: string) => withFailures(() => inspect(engine, task)),
    command: (request: CommandRequest) => withFailures(() => carryOut(engine, request)),
  };
}

async function inspect(engine: Engine, name: string): Promise<TaskState> {
  const { task } = open(engine, name);
  const known = await readTask(engine.pool, name, task.kind.name);
  const schedule = await readSchedule(engine.client, name, known);
  const changed = await recordSchedule(engine.pool, task, schedule);
  const attention = await newAttention(engine, task);
  if (attention) await recordAttention(engine, name, attention);
  const state = await readState(engine, task, schedule);
  if (changed && known.note !== '')
    await writeLog(engine.pool, name, `${state.paused ? 'stopped' : 'started'} ${byWhom(state)}`);
  return state;
}

async function carryOut(engine: Engine, request: CommandRequest): Promise<CommandAnswer> {
  const { task, handle } = open(engine, request.task);
  // The schedule may have been changed a moment ago by `temporal`: read it, and note who did.
  const before = await inspect(engine, request.task);
  const act = isCommand(request.name) ? acts[request.name] : ofKind(task, request.name);
  const { becomes, ...done } = await act(engine, request, handle, before);
  if (!done.refused) await writeLog(engine.pool, task.name, `${request.name} by ${request.by}: ${done.text}`);
  if (!becomes) return { ...done, state: { ...before, ...done.learned } };
  await recordSchedule(engine.pool, task, becomes);
  return { ...done, state: await readState(engine, task, becomes) };
}

interface Done {
  text: string;
  refused?: boolean;
  /** The schedule's new state, when the act changed it. */
  becomes?: ScheduleState;
  /** What else is new about the task. */
  learned?: Partial<TaskState>;
}

type Act = (
  engine: Engine,
  request: CommandRequest,
  schedule: ScheduleHandle,
  before: TaskState,
) => Promise<Done>;

const stop: Act = async (engine, { task, by, reason, now }, schedule, before) => {
  // A held task that is stopped stays stopped when the scheduler lets the others go on.
  if (before.paused && !before.held && !isRepeat(before, by)) {
    if (now && (await cancelRuns(engine, task, schedule)) > 0)
      return { text: 'it was stopped already; cancelled the run in progress' };
    return { text: `it is stopped already, ${since(before)}`, refused: true };
  }
  const becomes = { paused: true, note: writeNote('stopped', by, reason) };
  // The row first: a run that a trigger has left in the schedule's buffer must find it stopped.
  await recordSchedule(engine.pool, open(engine, task).task, becomes);
  await schedule.pause(becomes.note);
  if (now && (await cancelRuns(engine, task, schedule)) > 0)
    return { text: 'stopped, and cancelled the run in progress', becomes };
  return {
    text: before.running ? 'stopped; the run in progress ends at its next safe point' : 'stopped',
    becomes,
  };
};

const start: Act = async (_, { by, reason }, schedule, before) => {
  if (!before.paused && !isRepeat(before, by))
    return { text: `it is started already, ${since(before)}`, refused: true };
  const becomes = { paused: false, note: writeNote('started', by, reason) };
  await schedule.unpause(becomes.note);
  return { text: 'started', becomes };
};

const run: Act = async (engine, { task, by, options = {} }, schedule, before) => {
  if (before.paused && !options.once)
    return {
      text: `it is stopped, ${since(before)}; start it, or ask for this one run with --once`,
      refused: true,
    };
  const { task: own } = open(engine, task);
  const { request } = own.kind;
  if (request) {
    const answer = await asDomain(engine, own, (ctx) => request(ctx, options, by));
    if (answer.refused) return answer;
  }
  await engine.pool.query("update regie.task set pending = coalesce(pending, '{}') || $2 where name = $1", [
    task,
    { ...options, by },
  ]);
  // BUFFER_ONE: however often it is asked for during a run, one more run follows it.
  await schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE);
  return { text: before.running ? 'one more run follows the one in progress' : 'a run was started' };
};

const setTrace =
  (trace: boolean): Act =>
  async (engine, { task }) => {
    const { rowCount } = await engine.pool.query(
      'update regie.task set trace = $2 where name = $1 and trace <> $2',
      [task, trace],
    );
    return {
      learned: { trace },
      text: `trace ${rowCount ? 'is' : 'was'} ${trace ? 'on' : 'off'}${rowCount ? '' : ' already'}`,
    };
  };

/** A command that only the task's kind knows. */
function ofKind(task: Task, command: string): Act {
  const { name, kind } = task;
  const found = kind.commands?.[command];
  return async (engine, { by, reason, options = {} }, schedule, before) => {
    if (!found)
      return {
        text: notFound(
          'command',
          command,
          Object.keys(kind.commands ?? {}),
          `${name} beside ${Object.keys(acts).join(', ')}`,
        ).message,
        refused: true,
      };
    let start = false;
    const done = await asDomain(engine, task, async (ctx) => {
      const result: unknown = await found.run(
        ctx,
        { ...options, ...(reason === undefined ? {} : { reason }) },
        by,
      );
      const { text, start: follow } = (result ?? {}) as Partial<CommandResult>;
      if (typeof text !== 'string' || text === '')
        throw new Error(
          `the kind ${kind.name}: its command ${command} gave no text; expected { text: 'what it did' }`,
        );
      start = follow === true;
      return text;
    });
    if (start && before.paused)
      return { ...done, text: `${done.text}; the task is stopped: nothing happens until it is started` };
    if (start) {
      await engine.pool.query(
        "update regie.task set pending = coalesce(pending, '{}') || $2 where name = $1",
        [name, { by }],
      );
      await schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE);
    }
    return done;
  };
}

/**
 * Lets the task's domain act in a session of its own; its refusals are the operator's answer. What else it throws ends the command: it is told, and
 * whoever gave it may give it again. Tried again by itself it would hold up every other command of the task.
 */
async function asDomain(
  { pool, config }: Engine,
  task: Task,
  work: (ctx: TaskContext<unknown>) => Promise<string | void>,
): Promise<Done> {
  const db = await pool.connect();
  // A connection that breaks between two queries tells it here; the next query does, too.
  db.on('error', () => undefined);
  try {
    return { text: (await work({ task: task.name, settings: task.settings, config, db })) ?? '' };
  } catch (error) {
    if (error instanceof CommandRejected || error instanceof NotFound)
      return { text: error.message, refused: true };
    throw ApplicationFailure.create({ message: messageOf(error), type: 'CommandFailed', nonRetryable: true });
  } finally {
    // The session may be in whatever state the domain left it.
    db.release(true);
  }
}

const isCommand = (name: string): name is CommandName => name in acts;

const acts: Record<CommandName, Act> = {
  start,
  stop,
  run,
  trace: setTrace(true),
  notrace: setTrace(false),
};

function open(engine: Engine, name: string) {
  const task = findTask(engine, name);
  return { task, handle: engine.client.schedule.getHandle(scheduleId(name)) };
}

/** This very command is repeated after its worker died: then what it finds is its own work, not a refusal. */
const isRepeat = (before: TaskState, by: string) => activityInfo().attempt > 1 && before.by === by;

function since(state: TaskState): string {
  return `since ${state.since} ${byWhom(state)}`;
}

/** Cancels what runs: the schedule's own runs, and those that escaped its overlap check. Returns how many. */
async function cancelRuns({ client, pool }: Engine, task: string, schedule: ScheduleHandle): Promise<number> {
  const { info } = await schedule.describe();
  const { open: other } = await readRuns(pool, task);
  const ids = new Set([
    ...info.runningActions.map(({ workflow }) => workflow.workflowId),
    ...(other ? [other.id] : []),
  ]);
  let cancelled = 0;
  for (const id of ids)
    try {
      await client.workflow.getHandle(id).cancel();
      cancelled++;
    } catch (error) {
      // It ended a moment ago.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  return cancelled;
}
