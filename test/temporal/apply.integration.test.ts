import { afterAll, beforeAll, expect, test } from 'vitest';
import path from 'node:path';
import { checkConfig } from '../../src/config/load-config.ts';
import type { ConfigInput } from '../../src/config/config-schema.ts';
import { apply, ForeignSchedules } from '../../src/temporal/schedules/apply-schedules.ts';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';
import { newProbe, probeKind } from '../support/probe.ts';

const probe = probeKind('probe', newProbe());
const base: ConfigInput = {
  installation: 'apply-test',
  kinds: [probe],
  tasks: [{ name: 'one', kind: 'probe', every: '30s' }],
};
const configured = (change: Partial<ConfigInput>) =>
  checkConfig({ ...base, ...change }, path.join(at.root, 'regie.config.ts'));
let at: TestInstallation;

beforeAll(async () => {
  at = await startInstallation(base);
});
afterAll(() => at.close());

test('a schedule holds the task name and nothing else, ticks on its own offset, skips overlaps', async () => {
  const { spec, action, policies } = await at.client.schedule.getHandle('one').describe();
  expect(action).toMatchObject({
    workflowType: 'probe',
    args: ['one'],
    taskQueue: 'regie',
    workflowId: 'run/one',
  });
  expect(spec.intervals).toEqual([{ every: 30_000, offset: expect.any(Number) }]);
  expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 30_000 });
});

test('dry run tells and changes nothing; then update, create and prune, keeping what is paused', async () => {
  await at.client.schedule.getHandle('one').pause('night');
  const next = await configured({
    tasks: [
      { name: 'one', kind: 'probe', every: '1m' },
      { name: 'two', kind: 'probe' },
    ],
  });
  await eventually(async () =>
    expect(await apply(next, at.client, { dryRun: true })).toEqual([
      {
        task: 'one',
        change: 'update',
        differences: expect.arrayContaining(['every: 30s → 60s']),
        paused: true,
      },
      { task: 'two', change: 'create', differences: [], paused: false },
    ]),
  );
  expect((await at.client.schedule.getHandle('one').describe()).spec.intervals?.[0]?.every).toBe(30_000);

  await apply(next, at.client);
  const one = await at.client.schedule.getHandle('one').describe();
  expect(one.spec.intervals?.[0]?.every).toBe(60_000);
  expect(one.state).toMatchObject({ paused: true, note: 'night' });
  await eventually(async () =>
    expect((await apply(next, at.client, { dryRun: true })).map((c) => c.change)).toEqual(['same', 'same']),
  );

  const less = await configured({ tasks: [{ name: 'two', kind: 'probe' }] });
  const changes = await apply(less, at.client);
  expect(changes).toContainEqual(expect.objectContaining({ task: 'one', change: 'delete' }));
  await expect(at.client.schedule.getHandle('one').describe()).rejects.toThrow(/not found/i);
});

test("another installation's namespace is refused, and nothing is changed", async () => {
  const other = await configured({ installation: 'intruder', tasks: [{ name: 'three', kind: 'probe' }] });
  await expect(apply(other, at.client)).rejects.toThrow(ForeignSchedules);
  await expect(at.client.schedule.getHandle('three').describe()).rejects.toThrow(/not found/i);
});

test('a schedule of the same name that Regie did not make is refused', async () => {
  await at.temporal(
    'schedule',
    'create',
    '--schedule-id',
    'four',
    '--interval',
    '1h',
    '--workflow-id',
    'x',
    '--type',
    'x',
    '--task-queue',
    'x',
  );
  const mine = await configured({ tasks: [{ name: 'four', kind: 'probe' }] });
  await eventually(() =>
    expect(apply(mine, at.client)).rejects.toThrow(/"four" exists that Regie did not make/),
  );
});
