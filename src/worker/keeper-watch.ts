/**
 * Runs in a thread of its own beside a kept worker, whose tasks may loop for ever: ends the process when its keeper has gone, and it has not ended by
 * itself since.
 */
import { workerData } from 'node:worker_threads';
import { killGroup } from '../processes/process-group.ts';

/** What the thread is started with: the process that started this one. */
export interface KeeperWatch {
  keeper: number;
}

const LOOK_EVERY_MS = 1_000;
/** Longer than that, in kept.ts, by which a process ends that still hears of it. */
const ENDED_WITHIN_MS = 45_000;

const { keeper } = workerData as KeeperWatch;
let gone: number | undefined;

setInterval(() => {
  // Who loses its parent is given to another one.
  if (process.ppid === keeper) return;
  gone ??= performance.now();
  // The whole group: programs that a task has started.
  if (performance.now() - gone > ENDED_WITHIN_MS) killGroup(process.pid);
}, LOOK_EVERY_MS);
