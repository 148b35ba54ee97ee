import type { Look, TaskContext } from '../../task/kind.ts';
import { leaveSchema, useSchema } from '../schema.ts';
import { waitingHours } from './queue.ts';
import type { AggregateSettings } from './settings.ts';

/** Is there an hour to recompute? */
export async function look(ctx: TaskContext<AggregateSettings>): Promise<Look> {
  await useSchema(ctx.db, false);
  try {
    const waiting = await waitingHours(ctx.db);
    return { work: waiting.length > 0, waiting };
  } finally {
    await leaveSchema(ctx.db);
  }
}
