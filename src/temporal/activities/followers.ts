import { ScheduleOverlapPolicy } from '@temporalio/client';
import { scheduleId } from '../names.ts';
import type { Engine } from './engine.ts';

/**
 * Starts the tasks declared `after` this one, unless they are stopped. BUFFER_ONE: a follower that is
 * running gets one more run after it. Triggering twice does no harm, so a crash here is repaired by repeating.
 */
export async function startFollowers({ config, client, logger }: Engine, task: string): Promise<void> {
  for (const follower of config.tasks.filter((t) => t.after === task)) {
    const schedule = client.schedule.getHandle(scheduleId(follower.name));
    const { state } = await schedule.describe();
    if (state.paused) logger.info({ task: follower.name, after: task }, 'not started: it is stopped');
    else await schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE);
  }
}
