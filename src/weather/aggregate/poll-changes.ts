import type { Poll, TaskContext } from '../../task/kind.ts';
import { leaveSchema, useSchema } from '../weather-schema.ts';
import { waitingHours } from './dirty-hours.ts';
import type { AggregateSettings } from './aggregate-settings.ts';

/** Is there an hour to recompute? */
export async function poll(ctx: TaskContext<AggregateSettings>): Promise<Poll> {
  await useSchema(ctx.db, false);
  try {
    const waiting = await waitingHours(ctx.db);
    return { work: waiting.length > 0, waiting };
  } finally {
    await leaveSchema(ctx.db);
  }
}
