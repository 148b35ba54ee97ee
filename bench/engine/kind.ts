import { EventEmitter, once } from 'node:events';
import { z } from 'zod';
import { defineKind } from '../../src/task/kind.ts';

/** One run's work, as the kind saw it; times of `performance.now()`. */
export interface Work {
  /** Workflow id. */
  run: string;
  started: number;
  ended: number;
}

/** A task that notes when its work begins and ends. */
export class Stopwatch {
  /** Is there work for the next run? A run takes it. */
  waiting = false;
  private readonly events = new EventEmitter();

  /** The next run's work, once it is done. Throws the signal's reason when it is aborted before. */
  async next(signal: AbortSignal): Promise<Work> {
    const [work] = (await once(this.events, 'work', { signal })) as [Work];
    return work;
  }

  kind(name: string) {
    return defineKind({
      name,
      aliases: [],
      summary: 'Notes when its work begins and ends',
      settings: z.strictObject({}),
      every: '1d',
      poll: async () => ({ work: this.waiting }),
      work: async ({ run }) => {
        const started = performance.now();
        this.waiting = false;
        const ended = performance.now();
        this.events.emit('work', { run, started, ended } satisfies Work);
        return { outcome: 'done', counts: { units: 1 }, changed: true };
      },
    });
  }
}
