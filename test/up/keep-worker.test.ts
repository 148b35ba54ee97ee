import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CliError } from '../../src/command/exit.ts';
import { keepWorker, type KeepOptions, type KeptWorker } from '../../src/up/keep-worker.ts';
import type { WorkerEnd } from '../../src/up/worker-process.ts';

/** When workers are started again, and when no more: what they are is played here; test/up/worker-dies.crash.test.ts has real ones. */

interface Life {
  /** Of the end that it comes to by itself; without it lives until it is told to end, and fails then where there is `failsAtEnd`. */
  how?: string;
  error?: CliError;
  failsAtEnd?: CliError;
  diesAtEnd?: string;
  /** It never polls. */
  mute?: true;
  /** How long it lives, ms of the played clock. */
  lives?: number;
}

const pace = { firstPause: 4, longestPause: 10, well: 60_000 };

/** Plays `lives`, one after the other, the last one until `keep` is over. */
function play(lives: readonly Life[], more: Partial<KeepOptions> = {}) {
  const stop = new AbortController();
  const said: string[] = [];
  const told = { begun: 0, ready: 0, ended: 0, losses: 0, back: 0 };
  let next = 0;
  let clock = 0;
  const start = (): KeptWorker => {
    const { how, error, failsAtEnd, diesAtEnd, mute, lives: ms = 0 } = lives[next]!;
    next += 1;
    let end!: (end: WorkerEnd) => void;
    const ended = new Promise<WorkerEnd>((resolve) => (end = resolve));
    return {
      pid: next,
      ready: mute ? ended.then(() => false) : Promise.resolve(true),
      ended,
      begin() {
        told.begun += 1;
        if (how === undefined) return;
        setImmediate(() => {
          clock += ms;
          end({ how, ...(error ? { error } : {}) });
        });
      },
      async end() {
        told.ended += 1;
        end({ how: diesAtEnd ?? 'exit code 0', ...(failsAtEnd ? { error: failsAtEnd } : {}) });
      },
    };
  };
  const kept = keepWorker({
    first: start(),
    start,
    begin: { databaseUrl: 'postgres://', alone: true },
    servers: {
      losses: () => told.losses,
      back: async () => void (told.back += 1),
      noteWorker: () => Promise.reject(new Error('the disk is full')),
    },
    signal: stop.signal,
    hurry: undefined,
    say: (line) => said.push(line),
    onReady: () => void (told.ready += 1),
    pace,
    now: () => clock,
    ...more,
  });
  kept.catch(() => undefined);
  const lastLives = async () => {
    while (next < lives.length) await sleep(1);
    await sleep(5);
  };
  return { kept, said, told, stop, lastLives };
}

const dies = { how: 'SIGKILL' };

test('the first start again is at once, later ones wait longer each, until one has run well', async () => {
  const { kept, said, told, stop, lastLives } = play([
    dies,
    dies,
    dies,
    dies,
    { ...dies, lives: 61_000 },
    dies,
    {},
  ]);
  await lastLives();
  stop.abort();
  await kept;
  expect(said.filter((line) => !line.startsWith('the worker runs again'))).toEqual([
    'the worker (pid 1) has ended unexpectedly (SIGKILL); starting it again …',
    'the worker (pid 2) has ended unexpectedly (SIGKILL); starting it again in 0.004 s …',
    'the worker (pid 3) has ended unexpectedly (SIGKILL); starting it again in 0.008 s …',
    'the worker (pid 4) has ended unexpectedly (SIGKILL); starting it again in 0.01 s …',
    'the worker (pid 5) has ended unexpectedly (SIGKILL); starting it again …',
    'the worker (pid 6) has ended unexpectedly (SIGKILL); starting it again in 0.004 s …',
  ]);
  expect(said.filter((line) => line.startsWith('the worker runs again'))).toHaveLength(6);
  expect(told).toMatchObject({ begun: 7, ready: 1, ended: 1 });
});

const fault = new CliError(1, 'the folder belongs to another installation');

test('what the first one cannot start by is thrown; later it is told, and tried again', async () => {
  await expect(play([{ how: 'a fault', error: fault, mute: true }]).kept).rejects.toBe(fault);
  const { kept, said, stop, lastLives } = play([dies, { how: 'a fault', error: fault, mute: true }, {}]);
  await lastLives();
  stop.abort();
  await kept;
  expect(said[1]).toBe('the worker (pid 2) has ended unexpectedly (a fault); starting it again in 0.004 s …');
});

test('one that dies again and again before it has polled is given up', async () => {
  const { kept } = play(Array.from({ length: 5 }, () => ({ ...dies, mute: true as const })));
  await expect(kept).rejects.toThrow('the worker ended 5 times before it was ready: SIGKILL');
});

test('one that fails with a server that was lost begins anew when that is back', async () => {
  const losing = { losses: 0 };
  const { kept, said, stop, lastLives } = play([{ how: 'no connection', error: fault, mute: true }, {}], {
    servers: {
      losses: () => (losing.losses += 1),
      back: () => Promise.resolve(),
      noteWorker: () => Promise.resolve(),
    },
  });
  await lastLives();
  stop.abort();
  await kept;
  expect(said).toEqual(['The worker ended because it lost a server (no connection); it starts again.']);
});

test('what a worker fails by at its end is thrown', async () => {
  const { kept, stop, told } = play([{ failsAtEnd: fault }]);
  await sleep(5);
  stop.abort();
  await expect(kept).rejects.toBe(fault);
  expect(told.ended).toBe(1);
});

test('one that dies of something while it is to end is told; that ends all the same', async () => {
  const { kept, said, stop } = play([{ diesAtEnd: 'SIGSEGV' }]);
  await sleep(5);
  stop.abort();
  await kept;
  expect(said).toEqual([
    'the worker (pid 1) has not ended in order (SIGSEGV): the run it worked on is started again after the next start',
  ]);
});
