import { z } from 'zod';

/** Settings of a task of kind `aggregate`. */
export const aggregateSettings = z.strictObject({
  /**
   * Rows of the queue of changed hours taken per transaction. A transaction of 5,000 takes a second at most
   * on two cores: soon enough to stop at, long enough for its fixed costs not to count.
   */
  batch: z.int().min(1).max(100_000).default(5_000),
});

export type AggregateSettings = z.output<typeof aggregateSettings>;
