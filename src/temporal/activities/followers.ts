import { ScheduleOverlapPolicy } from '@temporalio/client';
import { readTask } from '../../store/tasks.ts';
import { scheduleId } from '../names.ts';
import { readSchedule } from '../schedules/read.ts';
import type { Engine } from './engine.ts';

/**
 * Starts the tasks declared `after` this one, unless they are stopped. BUFFER_ONE: a follower that is
 * running gets one more run after it. Triggering twice does no harm, so a crash here is repaired by repeating.
 */
export async function startFollowers({ config, client, pool, logger }: Engine, name: string): Promise<void> {
  for (const follower of config.tasks.filter((t) => t.after === name)) {
    const known = await readTask(pool, follower.name, follower.kind.name);
    const { paused } = await readSchedule(client, follower.name, known);
    if (paused) logger.info({ task: follower.name, after: name }, 'not started: it is stopped');
    else await client.schedule.getHandle(scheduleId(follower.name)).trigger(ScheduleOverlapPolicy.BUFFER_ONE);
  }
}
