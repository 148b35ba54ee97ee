import { setTimeout as sleep } from 'node:timers/promises';
import { identify, type ProcessId } from '../processes/processes.ts';
import type { Begin } from '../worker/worker-messages.ts';
import { IN_ORDER, type WorkerProcess } from './worker-process.ts';

export type KeptWorker = Pick<WorkerProcess, 'pid' | 'ready' | 'ended' | 'begin' | 'end'>;

export interface KeepOptions {
  /** The first one, which is started already. */
  first: KeptWorker;
  start: () => KeptWorker;
  /** What each is to begin with. */
  begin: Omit<Begin, 'type'>;
  servers: {
    losses(): number;
    back(signal: AbortSignal): Promise<void>;
    noteWorker(worker: ProcessId): Promise<void>;
  };
  /** Aborted when it shall drain, and end. */
  signal: AbortSignal;
  hurry: AbortSignal | undefined;
  /** A line for the operator. */
  say: (line: string) => void;
  /** Called when the first one polls. */
  onReady: (pid: number) => void;
  pace?: Partial<Pace>;
  /** A clock, ms. */
  now?: () => number;
}

/** All in milliseconds. */
interface Pace {
  /** The pause before the second start in a row; the first is at once. It is doubled with each further one. */
  firstPause: number;
  longestPause: number;
  /** Who polled so long ran well: whatever it died of, the next one is started at once. */
  well: number;
}

const DEFAULT_PACE: Pace = { firstPause: 1_000, longestPause: 30_000, well: 60_000 };
/** One that never polled is started no more often. */
const MOST_STARTS = 5;

/**
 * Keeps a worker running until `signal`: starts it again when it has ended, whatever of. Throws what the first one says that it cannot start by, and
 * when it dies again and again before one has polled; from then on such an end is told, and it is tried again. The worker has ended when this returns or throws.
 */
export async function keepWorker(options: KeepOptions): Promise<void> {
  const { servers, signal, hurry, say, now = () => performance.now() } = options;
  const pace = { ...DEFAULT_PACE, ...options.pace };
  let polled = false;
  /** Ends in a row, none of them after it ran well. */
  let deaths = 0;
  for (let worker = options.first; ; worker = options.start()) {
    const losses = servers.losses();
    worker.begin(options.begin);
    const end = () => void worker.end(hurry, say);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    let since = Infinity;
    if (await worker.ready) {
      since = now();
      const id = identify(worker.pid!);
      // A full disk, say: `doctor` does without it.
      if (id) await servers.noteWorker(id).catch(() => undefined);
      if (polled) say(`the worker runs again (pid ${worker.pid})`);
      else options.onReady(worker.pid!);
      polled = true;
    }
    const { how, error } = await worker.ended;
    signal.removeEventListener('abort', end);
    const lost = servers.losses() !== losses;
    const name = worker.pid === undefined ? 'the worker' : `the worker (pid ${worker.pid})`;
    if (signal.aborted) {
      // What a worker says without its server is no fault.
      if (error && !lost) throw error;
      if (how !== IN_ORDER && !hurry?.aborted)
        say(
          `${name} has not ended in order (${how}): the run it worked on is started again after the next start`,
        );
      return;
    }
    if (error && lost) say(`The worker ended because it lost a server (${how}); it starts again.`);
    else {
      if (error && !polled) throw error;
      deaths = now() - since > pace.well ? 1 : deaths + 1;
      if (!polled && deaths === MOST_STARTS)
        throw new Error(`the worker ended ${deaths} times before it was ready: ${how}`);
      const pause = deaths === 1 ? 0 : Math.min(pace.longestPause, pace.firstPause * 2 ** (deaths - 2));
      const when = pause === 0 ? '' : ` in ${pause / 1_000} s`;
      say(`${name} has ended unexpectedly (${how}); starting it again${when} …`);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
    await servers.back(signal).catch(() => undefined);
    if (signal.aborted) return;
  }
}
