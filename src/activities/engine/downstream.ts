import { ScheduleOverlapPolicy } from '@temporalio/client';
import { triggerTask } from '../../temporal/schedules/trigger.ts';
import type { Engine } from './engine.ts';

/**
 * Starts the tasks declared `after` this one, unless they are stopped. A follower that is running gets one more run
 * after it. Triggering twice does no harm, so a crash here is repaired by repeating.
 */
export async function startFollowers(
  engine: Engine,
  name: string,
  overlap: ScheduleOverlapPolicy = ScheduleOverlapPolicy.BUFFER_ONE,
): Promise<void> {
  for (const follower of engine.config.tasks.filter((t) => t.after === name)) {
    if (!(await triggerTask(engine, follower, overlap)))
      engine.logger.info({ task: follower.name, after: name }, 'not started: it is stopped');
  }
}

/** A run that ends sooner than this (ms) starts its followers once, at its end. */
export const firstStart = 1_000;
/** Then they are started this often, where they do not run any more. */
const startEvery = 10_000;

/** Starts a run's followers while it goes on: a backlog of hours must not hold up the work on its first minute. */
export class DownstreamTrigger {
  private readonly engine: Engine;
  private readonly task: string;
  private next = Date.now() + firstStart;
  private starting: Promise<void> = Promise.resolve();

  constructor(engine: Engine, task: string) {
    this.engine = engine;
    this.task = task;
  }

  changed(): void {
    if (Date.now() < this.next) return;
    this.next = Date.now() + startEvery;
    // SKIP: one that runs sees what comes. One that could not be started is started at the run's end.
    this.starting = startFollowers(this.engine, this.task, ScheduleOverlapPolicy.SKIP).catch(
      (error: unknown) =>
        this.engine.logger.warn(
          { err: error, task: this.task },
          'could not start the tasks after this one early',
        ),
    );
  }

  async close(): Promise<void> {
    await this.starting;
  }
}
