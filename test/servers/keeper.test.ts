import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { Keeper, type KeptServer, type Pace } from '../../src/servers/keeper.ts';
import { endProcess, identify, isRunning } from '../../src/processes/processes.ts';

/** A server that does nothing: what is kept is a process. */

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const work of undo.splice(0)) await work();
});

/** `lives`: milliseconds, for ever when left out. */
async function sleeper(lives = 600_000): Promise<KeptServer> {
  const child = spawn(process.execPath, ['-e', `setTimeout(() => undefined, ${lives})`], { stdio: 'ignore' });
  await once(child, 'spawn');
  const id = identify(child.pid!)!;
  const stop = async () => void (await endProcess(id, 5_000));
  undo.push(stop);
  return { process: id, stop };
}

const fast: Pace = { interval: 10, firstWait: 5, longestWait: 20, deathsWithin: 600_000 };

async function keep(start: () => Promise<KeptServer>, pace: Partial<Pace> = {}) {
  const lines: string[] = [];
  const back: number[] = [];
  const first = await sleeper();
  const givenUp: string[] = [];
  const keeper = new Keeper({
    name: 'the sleeper',
    server: first,
    start,
    onBack: async ({ process }) => void back.push(process.pid),
    say: (line) => lines.push(line),
    onGivenUp: (line) => givenUp.push(line),
    pace: { ...fast, ...pace },
  });
  undo.push(() => keeper.stop());
  return { keeper, first, lines, back, givenUp };
}

const kill = ({ process: { pid } }: KeptServer) => process.kill(pid, 'SIGKILL');
const wait = { timeout: 20_000, interval: 10 };

test('a death is counted before it is noticed; then another one runs', async () => {
  let next: KeptServer | undefined;
  const { keeper, first, lines, back } = await keep(async () => (next = await sleeper()), { interval: 300 });
  expect([keeper.runs, keeper.losses]).toEqual([true, 0]);
  kill(first);
  await expect.poll(() => keeper.runs, wait).toBe(false);
  expect(keeper.losses).toBe(1);
  await expect.poll(() => keeper.runs, wait).toBe(true);
  expect(keeper.losses).toBe(1);
  expect(back).toEqual([next!.process.pid]);
  expect(lines).toEqual([
    `the sleeper (pid ${first.process.pid}) has ended unexpectedly; starting it again …`,
    `the sleeper runs again (pid ${next!.process.pid})`,
  ]);
  await keeper.stop();
  expect(isRunning(next!.process)).toBe(false);
});

test('failed starts are tried again, and told', async () => {
  let attempts = 0;
  const { keeper, first, lines } = await keep(async () => {
    attempts += 1;
    if (attempts < 3) throw new Error('the disk is full');
    return sleeper();
  });
  kill(first);
  await expect.poll(() => keeper.losses, wait).toBe(1);
  await expect.poll(() => keeper.runs, wait).toBe(true);
  expect(lines.filter((line) => line.includes('could not be started again: the disk is full'))).toHaveLength(
    2,
  );
});

test('one that cannot be started at all is given up, once, with the reason', async () => {
  const { keeper, first, givenUp } = await keep(() => Promise.reject(new Error('the disk is full')));
  kill(first);
  await expect
    .poll(() => givenUp, wait)
    .toEqual(['the sleeper could not be started again, 10 times: the disk is full']);
  expect(keeper.runs).toBe(false);
});

test('one that dies again and again is given up', async () => {
  const { first, givenUp } = await keep(() => sleeper(1));
  kill(first);
  await expect
    .poll(() => givenUp, wait)
    .toEqual([expect.stringMatching(/^the sleeper \(pid \d+\) has ended 5 times within 600 s/)]);
});

test('stopping ends the wait for the next start, and a start in progress', async () => {
  const waiting = await keep(() => sleeper(), { firstWait: 600_000, longestWait: 600_000 });
  kill(waiting.first);
  await expect.poll(() => waiting.lines.length, wait).toBe(1);
  await waiting.keeper.stop();
  expect(waiting.back).toEqual([]);

  let release: (server: KeptServer) => void = () => undefined;
  const starting = await keep(() => new Promise((resolve) => (release = resolve)));
  kill(starting.first);
  await expect.poll(() => starting.lines.length, wait).toBe(1);
  await expect.poll(() => release.length, wait).toBe(1);
  const late = await sleeper();
  const stopped = starting.keeper.stop();
  release(late);
  await stopped;
  expect(isRunning(late.process)).toBe(false);
});
