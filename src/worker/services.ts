import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Config, Task } from '../task/config.ts';
import { messageOf } from '../task/errors.ts';
import type { Kind } from '../task/kind.ts';
import { triggerTask } from '../temporal/schedules/trigger.ts';

export interface ServicesOptions {
  config: Config;
  client: Client;
  pool: Pool;
  logger: Logger;
  /** Ends them all. */
  signal: AbortSignal;
}

/** An address that another worker of this machine has is asked for this often, ms: it is free when that one ends. */
const TAKE_OVER_EVERY = 2_000;
/** A service that failed is begun again after a second, and then later each time, ms. */
const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;
/** One that lived this long, ms, had begun well. */
const WELL = 60_000;

/**
 * Runs what the installation's tasks offer beside their runs (`Kind.serve`) until the signal is aborted and they have
 * ended. No error of theirs ends the worker: it is told in the log, and the service is begun again.
 */
export async function runServices(options: ServicesOptions): Promise<void> {
  // Each of them waits for it: more than ten are no leak.
  setMaxListeners(0, options.signal);
  await Promise.all(
    options.config.tasks.map(async (task) => {
      const { serve } = task.kind;
      if (serve) await keepServing(options, task, serve);
    }),
  );
}

async function keepServing(
  { config, client, pool, logger, signal }: ServicesOptions,
  task: Task,
  serve: NonNullable<Kind['serve']>,
): Promise<void> {
  const { name } = task;
  const start = coalesced(() => triggerTask({ client, pool }, task));
  let failures = 0;
  let told: string | undefined;
  while (!signal.aborted) {
    const began = Date.now();
    try {
      await serve({ task: name, settings: task.settings, config, pool, start, signal, log: logger });
      return;
    } catch (error) {
      if (signal.aborted) return;
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      failures = taken || Date.now() - began > WELL ? 0 : failures + 1;
      const text = messageOf(error);
      // It stays taken for as long as the other worker lives: once is enough.
      if (taken && told !== text)
        logger.info({ task: name }, `${text}: another worker has it; this one takes over when it is free`);
      if (!taken) logger.warn({ task: name, err: error }, 'its service failed; it is started again');
      told = text;
      const pause = taken ? TAKE_OVER_EVERY : Math.min(FIRST_RETRY * 2 ** (failures - 1), LAST_RETRY);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}

/**
 * Of calls that come while one is in progress only one more is made, after it: a burst of uploads needs no more runs
 * than that. Each caller gets the answer of a call that began after its own.
 */
function coalesced<T>(act: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const begin = () => {
    next = undefined;
    const own = act().finally(() => {
      if (current === own) current = undefined;
    });
    current = own;
    return own;
  };
  return () => {
    if (!current) return begin();
    next ??= current.then(begin, begin);
    return next;
  };
}
