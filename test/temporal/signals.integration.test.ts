import { afterAll, beforeAll, expect, test } from 'vitest';
import { controlId } from '../../src/task/names.ts';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';
import { newProbe, probeKind } from '../support/probe.ts';

const probe = newProbe();
let at: TestInstallation;

beforeAll(async () => {
  at = await startInstallation({
    installation: 'signals-test',
    kinds: [probeKind('probe', probe)],
    tasks: [{ name: 'svcProbe', kind: 'probe' }],
  });
});
afterAll(() => at.close());

test('with no worker a signal waits; the worker that comes acts on it', async () => {
  await at.signal('svcProbe', 'stop', { by: 'night@shift', reason: 'no worker' });
  await at.startWorker();
  await eventually(async () =>
    expect(await at.status('svcProbe')).toMatchObject({
      state: 'stopped',
      by: 'night@shift',
      reason: 'no worker',
    }),
  );
  expect((await at.client.schedule.getHandle('svcProbe').describe()).state).toMatchObject({ paused: true });
  await at.update('svcProbe', 'start');
});

test('a signal with a senseless payload does no harm', async () => {
  await at.temporal(
    'workflow',
    'signal',
    '--workflow-id',
    'task/svcProbe',
    '--name',
    'notrace',
    '--input',
    '"nonsense"',
  );
  await eventually(async () => expect((await at.status('svcProbe')).trace).toBe(false));
});

test('nor does one of those that only runs send', async () => {
  const before = await at.status('svcProbe');
  const handle = at.client.workflow.getHandle(controlId('svcProbe'));
  for (const name of ['regie/report', 'regie/progress'])
    for (const payload of [[], [null], [5], [{ run: { outcome: 'done' } }]])
      await handle.signal(name, ...payload);
  await at.update('svcProbe', 'trace', { by: 'me@here' });
  expect(await at.status('svcProbe')).toEqual({ ...before, trace: true, asOf: expect.any(String) as string });
  await at.update('svcProbe', 'notrace', { by: 'me@here' });
});

test('backfill does the work of each period once', async () => {
  Object.assign(probe, newProbe(), { work: 3 });
  const end = new Date();
  const start = new Date(end.getTime() - 3 * 3_600_000);
  await at.temporal(
    'schedule',
    'backfill',
    '--schedule-id',
    'svcProbe',
    '--start-time',
    start.toISOString(),
    '--end-time',
    end.toISOString(),
    '--overlap-policy',
    'BufferAll',
  );
  await eventually(() => expect(probe.work).toBe(0));
  expect(probe.most).toBe(1);
});

test('a control workflow that somebody terminated comes back with what it knew', async () => {
  await at.update('svcProbe', 'stop', { by: 'eve@desk', reason: 'audit' });
  await at.client.workflow.getHandle(controlId('svcProbe')).terminate('by mistake');
  await at.client.schedule.getHandle('svcProbe').unpause('somebody else');
  await eventually(
    async () =>
      expect(await at.status('svcProbe')).toMatchObject({ state: 'started', by: 'schedule: somebody else' }),
    60_000,
  );
}, 90_000);
