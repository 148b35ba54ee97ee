import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineKind, type ServeContext } from '../../src/task/kind.ts';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';

/** What the service of this test does when it is begun; how often it was, and how many live. */
let act: (ctx: ServeContext<unknown>) => Promise<void>;
let begun = 0;
let living = 0;
let runs = 0;
const serving = defineKind({
  name: 'serving',
  aliases: [],
  summary: 'Offers what a test says',
  settings: z.strictObject({ word: z.string() }),
  every: '1h',
  poll: async () => ({ work: true }),
  async work() {
    runs += 1;
    await setTimeout(200);
    return { outcome: 'done', counts: {}, changed: false };
  },
  async serve(ctx) {
    begun += 1;
    living += 1;
    try {
      await act(ctx);
    } finally {
      living -= 1;
    }
  },
});

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

let at: TestInstallation;
beforeAll(async () => {
  at = await startInstallation({
    installation: 'services-test',
    kinds: [serving],
    tasks: [{ name: 'served', kind: 'serving', settings: { word: 'hello' } }],
  });
});
afterAll(() => at.close());

test('a service lives as long as its worker, knows its task, and starts runs of it', async () => {
  let context: ServeContext<unknown> | undefined;
  begun = 0;
  act = async (ctx) => {
    context = ctx;
    await untilAborted(ctx.signal);
  };
  const stop = await at.startWorker();
  const ctx = await eventually(() => {
    expect(context).toBeDefined();
    return context!;
  });
  expect(ctx).toMatchObject({ task: 'served', settings: { word: 'hello' } });
  expect((await ctx.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await eventually(async () => expect((await at.status('served')).state).toBe('started'));

  runs = 0;
  // However many ask while one is on its way: what each asked for begins after it asked, in a few runs.
  expect(await Promise.all(Array.from({ length: 20 }, () => ctx.start()))).toEqual(Array(20).fill(true));
  await eventually(async () => {
    expect(runs).toBeGreaterThan(0);
    expect((await at.status('served')).running).toBe(false);
  });
  expect(runs).toBeLessThanOrEqual(3);

  await at.update('served', 'stop');
  expect(await ctx.start()).toBe(false);
  await at.update('served', 'start');
  await stop();
  expect([begun, living]).toEqual([1, 0]);
});

test('a service that fails is begun again, one that ends is not, and neither ends the worker', async () => {
  begun = 0;
  act = async () => {
    if (begun < 2) throw new Error('not yet');
  };
  const stop = await at.startWorker();
  await eventually(() => expect(begun).toBe(2));
  await at.update('served', 'run');
  await setTimeout(1_500);
  expect([begun, living]).toEqual([2, 0]);
  await stop();
});
