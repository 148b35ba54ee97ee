import { activityInfo } from '@temporalio/activity';
import { ScheduleOverlapPolicy, WorkflowNotFoundError, type ScheduleHandle } from '@temporalio/client';
import type { CommandAnswer, CommandRequest, TaskState } from '../../task/messages.ts';
import { readRuns } from '../../store/tasks.ts';
import { scheduleId } from '../names.ts';
import { readNote, writeNote } from '../note.ts';
import { findTask, type Engine } from './engine.ts';
import { withFailures } from './failures.ts';
import { readState, recordSchedule } from './state.ts';

/** The acts of the control workflow on its task's schedule and row. All may be repeated without harm. */
export function createControl(engine: Engine) {
  return {
    inspect: (task: string) => withFailures(() => inspect(engine, task)),
    command: (request: CommandRequest) => withFailures(() => carryOut(engine, request)),
  };
}

async function inspect(engine: Engine, name: string): Promise<TaskState> {
  const { schedule, names } = open(engine, name);
  const description = await schedule.describe();
  const note = description.state.note ?? '';
  await recordSchedule(engine.pool, names, { paused: description.state.paused, note, ...readNote(note) });
  return readState(engine.pool, description, names);
}

async function carryOut(engine: Engine, request: CommandRequest): Promise<CommandAnswer> {
  const { schedule, names } = open(engine, request.task);
  // The schedule may have been changed a moment ago by `temporal`: read it, and note who did.
  const before = await inspect(engine, request.task);
  const done = await acts[request.name](engine, request, schedule, before);
  return { ...done, state: await readState(engine.pool, await schedule.describe(), names) };
}

type Act = (
  engine: Engine,
  request: CommandRequest,
  schedule: ScheduleHandle,
  before: TaskState,
) => Promise<Omit<CommandAnswer, 'state'>>;

const stop: Act = async (engine, { task, by, reason, now }, schedule, before) => {
  const { names } = open(engine, task);
  if (before.paused && !isRepeat(before, by)) {
    if (now && (await cancelRuns(engine, task, schedule)) > 0)
      return { text: 'it was stopped already; cancelled the run in progress' };
    return { text: `it is stopped already, ${since(before)}`, refused: true };
  }
  const note = writeNote('stopped', by, reason);
  // The row first: a run that a trigger has left in the schedule's buffer must find it stopped.
  await recordSchedule(engine.pool, names, { paused: true, note, by, reason });
  await schedule.pause(note);
  if (now && (await cancelRuns(engine, task, schedule)) > 0)
    return { text: 'stopped, and cancelled the run in progress' };
  return { text: before.running ? 'stopped; the run in progress ends at its next safe point' : 'stopped' };
};

const start: Act = async (engine, { task, by, reason }, schedule, before) => {
  const { names } = open(engine, task);
  if (!before.paused && !isRepeat(before, by))
    return { text: `it is started already, ${since(before)}`, refused: true };
  const note = writeNote('started', by, reason);
  await schedule.unpause(note);
  await recordSchedule(engine.pool, names, { paused: false, note, by, reason });
  return { text: 'started' };
};

const run: Act = async (engine, { task, by, options = {} }, schedule, before) => {
  if (before.paused && !options.once)
    return {
      text: `it is stopped, ${since(before)}; start it, or ask for this one run with --once`,
      refused: true,
    };
  await engine.pool.query('update regie.task set pending = coalesce(pending, $3) || $2 where name = $1', [
    task,
    { ...options, by },
    {},
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
    return { text: `trace ${rowCount ? 'is' : 'was'} ${trace ? 'on' : 'off'}${rowCount ? '' : ' already'}` };
  };

const acts: Record<CommandRequest['name'], Act> = {
  start,
  stop,
  run,
  trace: setTrace(true),
  notrace: setTrace(false),
};

function open(engine: Engine, name: string) {
  const task = findTask(engine, name);
  return {
    schedule: engine.client.schedule.getHandle(scheduleId(name)),
    names: { name, kind: task.kind.name },
  };
}

/** This very command is repeated after its worker died: then what it finds is its own work, not a refusal. */
const isRepeat = (before: TaskState, by: string) => activityInfo().attempt > 1 && before.by === by;

function since({ since: at, by, reason }: TaskState): string {
  return `since ${at} by ${by}${reason ? `: ${reason}` : ''}`;
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
