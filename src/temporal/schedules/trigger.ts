import { ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Task } from '../../task/config.ts';
import { readTask } from '../../store/tasks.ts';
import { scheduleId } from '../../task/names.ts';
import { readSchedule } from './read-schedule.ts';

/**
 * Starts a run of a task, unless the task is stopped: then it gives false. BUFFER_ONE: one that is running gets one more
 * run after it, however often it is asked for.
 */
export async function triggerTask(
  { client, pool }: { client: Client; pool: Pool },
  { name, kind }: Task,
  overlap: ScheduleOverlapPolicy = ScheduleOverlapPolicy.BUFFER_ONE,
): Promise<boolean> {
  const known = await readTask(pool, name, kind.name);
  const { paused } = await readSchedule(client, name, known);
  if (paused) return false;
  await client.schedule.getHandle(scheduleId(name)).trigger(overlap);
  return true;
}
