import { z } from 'zod';
import { duration } from '../settings/duration.ts';
import { identifier } from '../settings/identifier.ts';

/** One task as `regie.config.ts` declares it. `settings` is checked by its kind. */
export const taskSchema = z.strictObject({
  name: identifier,
  kind: z.string(),
  aliases: z.array(z.string()).default([]),
  /** Period between ticks; the kind's own when left out. */
  every: duration(1_000).optional(),
  /** Name of a task whose runs, when they changed something, start this one at once. */
  after: z.string().optional(),
  settings: z.record(z.string(), z.unknown()).default({}),
});

/** A task as a user writes it. */
export type TaskInput = z.input<typeof taskSchema>;

/** A task that a section of the configuration stands for. */
export interface SectionTask extends TaskInput {
  /** Where it stands: `exports.canal[0]`. */
  at: string;
}
