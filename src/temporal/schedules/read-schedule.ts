import type { Client, ScheduleSummary } from '@temporalio/client';
import { scheduleId } from '../../task/names.ts';

/** What of a schedule an operator's command depends on. */
export interface ScheduleState {
  paused: boolean;
  note: string;
}

/**
 * The state of a task's schedule. The list answers in milliseconds but lags a change by some tens of them;
 * describing a schedule is exact, but waits for the server's own scheduler, on a busy server for seconds. So:
 * the list, where it agrees with what we `know` already; else the description.
 *
 * Throws `ScheduleNotFoundError`.
 */
export async function readSchedule(
  client: Client,
  task: string,
  known: ScheduleState,
): Promise<ScheduleState> {
  const listed = await findListed(client, task);
  if (listed && listed.paused === known.paused && listed.note === known.note) return listed;
  const { state } = await client.schedule.getHandle(scheduleId(task)).describe();
  return { paused: state.paused, note: state.note ?? '' };
}

async function findListed(client: Client, task: string): Promise<ScheduleState | undefined> {
  for await (const schedule of client.schedule.list({ pageSize: 1_000 }))
    if (schedule.scheduleId === scheduleId(task)) return stateOf(schedule);
  return undefined;
}

export function stateOf({ state }: ScheduleSummary): ScheduleState {
  return { paused: state.paused, note: state.note ?? '' };
}
