import type { Client, ScheduleDescription } from '@temporalio/client';
import type { Task } from '../../task/config.ts';
import { signalControl } from '../../temporal/control-workflows.ts';
import { heldNote, scheduleId, signals } from '../../task/names.ts';
import { readNote, writeNote } from '../../temporal/note.ts';
import { caller } from '../../command/caller.ts';
import { within } from '../../reach/deadline.ts';
import { CliError, exit } from '../../command/exit.ts';
import type { CliSession } from '../frame/cli-session.ts';
import { describeSchedule, NotApplied } from './view.ts';

export interface Held {
  action: 'start' | 'stop';
  /** The tasks that were held or let go. */
  tasks: string[];
  message: string;
}

/**
 * Pauses every started task with the note `regie: held`; works on the schedules, so with no worker too.
 * @throws CliError exit 5 when no task was started.
 */
export async function hold(session: CliSession): Promise<Held> {
  const client = await session.client();
  const all = await schedules(session);
  const started = all.filter(({ schedule }) => !schedule.state.paused);
  if (started.length === 0) {
    const held = all.filter(isHeld).length;
    throw new CliError(exit.refused, `The scheduler is already stopped: ${split(held, all.length - held)}.`);
  }
  for (const { task } of started) {
    await within(client, () => client.schedule.getHandle(scheduleId(task.name)).pause(heldNote));
    await tellControl(client, task);
  }
  const tasks = started.map(({ task }) => task.name);
  return {
    action: 'stop',
    tasks,
    message: `Scheduler stopped; held: ${tasks.join(', ')}. Runs in progress end at their next safe point.`,
  };
}

/**
 * Unpauses the tasks that `hold` paused, and no other.
 * @throws CliError exit 5 when none is held.
 */
export async function release(session: CliSession): Promise<Held> {
  const client = await session.client();
  const all = await schedules(session);
  const held = all.filter(isHeld);
  if (held.length === 0) {
    const stopped = all.filter(({ schedule }) => schedule.state.paused).map(({ task }) => task.name);
    const rest =
      stopped.length > 0 ? ` Stopped one by one: ${stopped.join(', ')}; \`regie start\` them.` : '';
    throw new CliError(exit.refused, `The scheduler holds no task.${rest}`);
  }
  for (const { task } of held) {
    const note = writeNote('started', caller());
    await within(client, () => client.schedule.getHandle(scheduleId(task.name)).unpause(note));
    await tellControl(client, task);
  }
  const tasks = held.map(({ task }) => task.name);
  return { action: 'start', tasks, message: `Scheduler started; going on: ${tasks.join(', ')}.` };
}

/**
 * So that a run in progress learns of it now; without, the watch would see it within 15 s. Starts a control workflow
 * that somebody has ended.
 */
async function tellControl(client: Client, task: Task): Promise<void> {
  await within(client, () => signalControl(client, task, signals.refresh)).catch(() => undefined);
}

export interface SchedulerState {
  state: 'started' | 'stopped' | 'stopping';
  started: string[];
  held: string[];
  stopped: string[];
  running: string[];
  message: string;
}

/** `started` while any task is; else `stopping` while a run is in progress, then `stopped`. */
export async function schedulerState(session: CliSession): Promise<SchedulerState> {
  const all = await schedules(session);
  const names = (fits: (at: Scheduled) => boolean) => all.filter(fits).map(({ task }) => task.name);
  const started = names(({ schedule }) => !schedule.state.paused);
  const held = names(isHeld);
  const stopped = names((at) => at.schedule.state.paused && !isHeld(at));
  const running = names(({ schedule }) => schedule.info.runningActions.length > 0);
  const state = started.length > 0 ? 'started' : running.length > 0 ? 'stopping' : 'stopped';
  const lists = Object.entries({ started, held, stopped, running }).filter(([, tasks]) => tasks.length > 0);
  const message = [state, ...lists.map(([what, tasks]) => `  ${what}: ${tasks.join(', ')}`)].join('\n');
  return { state, started, held, stopped, running, message };
}

interface Scheduled {
  task: Task;
  schedule: ScheduleDescription;
}

async function schedules(session: CliSession): Promise<Scheduled[]> {
  const [client, { tasks }] = await Promise.all([session.clientToRead(), session.config()]);
  const found = await Promise.all(
    tasks.map(async (task) => {
      try {
        return { task, schedule: await describeSchedule(client, task) };
      } catch (error) {
        // Without a schedule it does not run, held or not.
        if (error instanceof NotApplied) return undefined;
        throw error;
      }
    }),
  );
  const there = found.filter((one) => one !== undefined);
  if (there.length > 0) return there;
  throw new CliError(
    exit.refused,
    'No task of the configuration has a schedule on the server. Run `regie apply`.',
  );
}

const isHeld = ({ schedule: { state } }: Scheduled) =>
  state.paused && readNote(state.note ?? '').held === true;

const split = (held: number, stopped: number) =>
  stopped === 0 ? `all ${held} tasks are held` : `${held} held, ${stopped} stopped one by one`;
