import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type Client,
  type ScheduleHandle,
  type ScheduleSummary,
} from '@temporalio/client';
import type { Config, Task } from '../../task/config.ts';
import type { Calendar } from '../../task/calendar.ts';
import { endControl, ensureWatch, signalControl } from '../control-workflows.ts';
import { ownerMemo, scheduleId, signals } from '../../task/names.ts';
import { desiredSchedule, differences } from './desired.ts';
import { calendarOf } from './ticks.ts';
import { warningsOf } from '../../task/warnings.ts';

/** What `apply` did, or would do, with one schedule. */
export interface Change {
  task: string;
  change: 'create' | 'update' | 'delete' | 'same';
  /** What differs, in words. */
  differences: string[];
  /** Paused before and after. */
  paused: boolean;
  /** What is wrong with the task itself, in words: its runs will fail. */
  fault?: string;
  /** What is allowed and yet unwise, or out of date, in its settings, a sentence each; absent when nothing is. */
  warnings?: string[];
}

/** The namespace belongs to another installation, or a schedule of that name to somebody else. Nothing was changed. */
export class ForeignSchedules extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ForeignSchedules';
  }
}

/**
 * Makes the schedules what the configuration says: creates, updates, prunes its own. A schedule's paused
 * state and note are never touched. With `dryRun` it only tells. Also starts the control workflows and the
 * watch, and ends the control workflow of a task that is gone.
 *
 * Throws `ForeignSchedules`, before any change, when the namespace holds another installation's schedules.
 */
export async function apply(config: Config, client: Client, { dryRun = false } = {}): Promise<Change[]> {
  const existing = await listSchedules(client);
  refuseForeign(config, existing);
  const known = await learnTasks(config);
  const changes: Change[] = [];
  for (const task of config.tasks) {
    const { calendar, fault, warnings } = known.get(task)!;
    const change = await applyTask(config, client, task, dryRun, calendar);
    changes.push({
      ...change,
      ...(fault === undefined ? {} : { fault }),
      ...(warnings.length === 0 ? {} : { warnings }),
    });
  }
  for (const { scheduleId: id, memo, state } of existing) {
    if (memo?.[ownerMemo] !== config.installation || config.tasks.some((t) => scheduleId(t.name) === id))
      continue;
    changes.push({
      task: id,
      change: 'delete',
      differences: ['not in the configuration'],
      paused: state.paused,
    });
    if (dryRun) continue;
    await client.schedule.getHandle(id).delete();
    await endControl(client, id);
  }
  if (!dryRun) {
    for (const task of config.tasks) await signalControl(client, task, signals.refresh);
    await ensureWatch(client);
  }
  return changes;
}

interface Learned {
  calendar: Calendar | undefined;
  fault: string | undefined;
  warnings: string[];
}

/** What only the kind can tell of each task. */
async function learnTasks(config: Config): Promise<Map<Task, Learned>> {
  const known = config.tasks.map(async (task): Promise<[Task, Learned]> => [
    task,
    {
      calendar: await calendarOf(config, task),
      fault: await task.kind.fault?.({ task: task.name, settings: task.settings, config }),
      warnings: warningsOf(config, task),
    },
  ]);
  return new Map(await Promise.all(known));
}

async function listSchedules(client: Client): Promise<ScheduleSummary[]> {
  const found: ScheduleSummary[] = [];
  for await (const schedule of client.schedule.list()) found.push(schedule);
  return found;
}

function refuseForeign({ installation, tasks }: Config, existing: ScheduleSummary[]): void {
  for (const { scheduleId: id, memo } of existing) {
    const owner = memo?.[ownerMemo];
    if (owner !== undefined && owner !== installation)
      throw new ForeignSchedules(
        `this namespace belongs to the installation ${JSON.stringify(owner)} (its schedule ${id}); ` +
          `this configuration is ${JSON.stringify(installation)}. Use a namespace of its own, or give it that name`,
      );
    if (owner === undefined && tasks.some((t) => scheduleId(t.name) === id))
      throw new ForeignSchedules(
        `a schedule ${JSON.stringify(id)} exists that Regie did not make; delete or rename it first`,
      );
  }
}

async function applyTask(
  config: Config,
  client: Client,
  task: Task,
  dryRun: boolean,
  calendar: Calendar | undefined,
): Promise<Change> {
  const wanted = desiredSchedule(task, config.installation, calendar);
  const handle = client.schedule.getHandle(wanted.scheduleId);
  try {
    return await updateSchedule(handle, task, wanted, dryRun);
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
  const created: Change = { task: task.name, change: 'create', differences: [], paused: false };
  if (dryRun) return created;
  try {
    await client.schedule.create(wanted);
    return created;
  } catch (error) {
    // Another worker applied the same configuration a moment ago.
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    return updateSchedule(handle, task, wanted, dryRun);
  }
}

async function updateSchedule(
  handle: ScheduleHandle,
  task: Task,
  { spec, action, policies, typedSearchAttributes, ...wanted }: ReturnType<typeof desiredSchedule>,
  dryRun: boolean,
): Promise<Change> {
  const found = await handle.describe();
  const differ = differences(found, { spec, action, policies, typedSearchAttributes, ...wanted });
  const change: Change = {
    task: task.name,
    change: differ.length > 0 ? 'update' : 'same',
    differences: differ,
    paused: found.state.paused,
  };
  if (differ.length > 0 && !dryRun)
    // The state is the operator's: read and written back in one call, as close together as the server allows.
    await handle.update(({ state }) => ({ spec, action, policies, typedSearchAttributes, state }));
  return change;
}
