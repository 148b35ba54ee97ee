import type { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../task/errors.ts';

export interface DrainOptions {
  /** Of `worker.run()`. */
  running: Promise<void>;
  client: Client;
  /** Tasks whose runs are in progress here. */
  working: () => string[];
  /** Aborted when the worker shall drain. */
  signal: AbortSignal;
  /** Aborted when it shall be dropped at once. */
  hurry?: AbortSignal | undefined;
  /** Gets a line for the operator: what is waited for, and what was not waited for. */
  say: (line: string) => void;
}

/** Runs that work on small steps end within a second or two; who waits longer wants to know for what, ms. */
const TOLD_AFTER = 3_000;
/** How often it is looked how far it is, ms. */
const EVERY = 500;
/** A run is asked for its next safe point, after 10 s cancelled (`shutdownGraceTime`), and after this, ms, left behind. */
const LATEST = 20_000;
/** A busy server answers a second call; one that does not answer two is gone, and the worker would wait for it. */
const SILENT = 2;
const ANSWERS_WITHIN = 1_000;

/**
 * Waits until the worker has ended. Once `signal` is aborted that takes `LATEST` ms at most, and no longer than the runs in progress
 * where the server is away. `false`: it was dropped, and still polls until the process ends; what it had in hand is begun
 * anew by the next worker, as after a crash.
 */
export async function untilDrained(options: DrainOptions): Promise<boolean> {
  const { running } = options;
  const over = new AbortController();
  // It may fail after it was dropped.
  running.catch(() => undefined);
  try {
    return await Promise.race([running.then(() => true), dropped(options, over.signal)]);
  } finally {
    over.abort();
  }
}

/** `false` when the worker is not to be waited for any longer. */
async function dropped(options: DrainOptions, over: AbortSignal): Promise<false> {
  const { client, working, signal, hurry, say } = options;
  await aborted(AbortSignal.any([signal, over]));
  const begun = performance.now();
  const wake = hurry ? AbortSignal.any([hurry, over]) : over;
  let told = false;
  let silent = 0;
  for (;;) {
    await sleep(EVERY, undefined, { signal: wake }).catch(() => undefined);
    if (over.aborted || hurry?.aborted) return false;
    const runs = working();
    const waited = performance.now() - begun;
    silent = (await answers(client)) ? 0 : silent + 1;
    if (over.aborted || hurry?.aborted) return false;
    if (silent >= SILENT && runs.length === 0) {
      say('The Temporal server does not answer: the worker ends without it.');
      return false;
    }
    if (waited > LATEST) {
      say(
        runs.length > 0
          ? `No longer waiting for ${runs.join(', ')}: the next worker starts the run again.`
          : 'The worker does not end; no longer waiting for it.',
      );
      return false;
    }
    if (!told && waited > TOLD_AFTER && runs.length > 0) {
      told = true;
      say(`Waiting for the run of ${runs.join(', ')} …`);
    }
  }
}

async function answers(client: Client): Promise<boolean> {
  try {
    await client.withDeadline(Date.now() + ANSWERS_WITHIN, () => client.workflowService.getSystemInfo({}));
    return true;
  } catch (error) {
    // Whatever it says, it says something; gRPC's DEADLINE_EXCEEDED, UNAVAILABLE, and what is told of a shut channel.
    return !/^(4|14) |shut ?down/i.test(messageOf(error));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
