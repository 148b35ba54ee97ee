import { afterAll, beforeAll, expect, test } from 'vitest';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { defineKind, type Report } from '../../src/task/kind.ts';
import { z } from 'zod';
import { heldNote } from '../../src/task/names.ts';
import { apply } from '../../src/temporal/schedules/apply-schedules.ts';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';

/** Does a unit of its work each run, until there is none: then it ends. */
let left = 0;
let runs = 0;
const emptying = defineKind({
  name: 'emptying',
  aliases: [],
  summary: 'Ends when nothing is left',
  settings: z.strictObject({}),
  every: '1h',
  poll: async () => ({ work: true }),
  async work({ options }): Promise<Report> {
    runs += 1;
    left = Math.max(0, left - 1);
    if (options['wait']) await eventually(() => expect(left).toBe(0));
    return {
      outcome: 'done',
      counts: { left },
      changed: false,
      ...(left === 0 && { end: 'nothing is left' }),
    };
  },
});

let at: TestInstallation;
beforeAll(async () => {
  at = await startInstallation({
    installation: 'end-test',
    kinds: [emptying],
    tasks: [{ name: 'empty', kind: 'emptying' }],
  });
  await at.startWorker();
  await eventually(async () => expect((await at.status('empty')).state).toBe('started'));
});
afterAll(() => at.close());

/** When the run before the one that `run` started began. */
let lastAt: string | undefined;
const run = async (options = {}) => {
  const before = runs;
  lastAt = (await at.status('empty')).lastRun?.at;
  await at.update('empty', 'run', options);
  await eventually(() => expect(runs).toBe(before + 1));
};
const schedule = async () => (await at.client.schedule.getHandle('empty').describe()).state;

/** Waits until the run is reported; then what it did to the task has been done. */
const settled = (count: number) =>
  eventually(async () => {
    const found = await at.status('empty');
    expect(found.lastRun?.at).not.toBe(lastAt);
    expect(found.lastRun?.counts).toEqual({ left: count });
    return found;
  });

test('a task that says it has ended is stopped: status says by whom and why, apply leaves it so', async () => {
  left = 2;
  await run();
  expect(await settled(1)).toMatchObject({ state: 'started' });

  await run();
  const ended = await eventually(async () => {
    const found = await at.status('empty');
    expect(found.state).toBe('stopped');
    return found;
  });
  expect(ended).toMatchObject({ by: 'itself', reason: 'nothing is left', failures: 0 });
  expect(ended.nextRun).toBeUndefined();
  expect(await schedule()).toMatchObject({
    paused: true,
    note: 'regie: stopped by itself: nothing is left',
  });
  await eventually(async () =>
    expect((await at.log('empty')).join('\n')).toContain('stopped by itself: nothing is left'),
  );
  const { rows } = await at.pool.query(
    "select text from regie.trace_line where task = 'empty' and text like 'stopped by itself%'",
  );
  expect(rows).toHaveLength(1);

  expect(await apply(at.config, at.client)).toMatchObject([{ task: 'empty', change: 'same', paused: true }]);
  await expect(at.update('empty', 'run')).rejects.toMatchObject({
    cause: { message: expect.stringContaining('by itself: nothing is left') },
  });
});

test('started again it begins anew, and ends again', async () => {
  left = 1;
  expect(await at.update('empty', 'start', { by: 'ann@night' })).toMatchObject({ state: 'started' });
  await run();
  await eventually(async () => expect(await at.status('empty')).toMatchObject({ by: 'itself' }));
});

test('a rehearsal ends nothing', async () => {
  await at.update('empty', 'start');
  left = 1;
  await run({ tmp: true });
  expect(await settled(0)).toMatchObject({ state: 'started' });
  expect(await schedule()).toMatchObject({ paused: false });
});

test('a held task that ends stays stopped when the scheduler goes on', async () => {
  await at.client.schedule.getHandle('empty').pause(heldNote);
  await eventually(async () => expect(await at.status('empty')).toMatchObject({ held: true }), 60_000);
  left = 1;
  await at.client.schedule.getHandle('empty').trigger(ScheduleOverlapPolicy.BUFFER_ONE);
  await eventually(async () =>
    expect(await schedule()).toMatchObject({ note: 'regie: stopped by itself: nothing is left' }),
  );
  await eventually(async () => expect((await at.status('empty')).held).toBeUndefined());
}, 120_000);

test('whoever stopped it while it ended is still named', async () => {
  await at.update('empty', 'start');
  left = 2;
  await run({ wait: true });
  await at.update('empty', 'stop', { by: 'ann@night', reason: 'enough' });
  left = 0;
  await settled(0);
  expect(await at.status('empty')).toMatchObject({ state: 'stopped', by: 'ann@night', reason: 'enough' });
});
