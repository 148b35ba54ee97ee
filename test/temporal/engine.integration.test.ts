import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';
import { newProbe, probeKind } from '../support/probe.ts';

const probe = newProbe();
const follower = newProbe();
let at: TestInstallation;

beforeAll(async () => {
  at = await startInstallation({
    installation: 'engine-test',
    kinds: [probeKind('probe', probe), probeKind('follow', follower)],
    tasks: [
      { name: 'svcProbe', kind: 'probe' },
      { name: 'svcFollow', kind: 'follow', after: 'svcProbe' },
    ],
  });
  await at.startWorker();
  await eventually(async () => expect((await at.status('svcProbe')).state).toBe('started'));
});
afterAll(() => at.close());
beforeEach(async () => {
  await eventually(() => expect([probe.now, follower.now]).toEqual([0, 0]));
  Object.assign(probe, newProbe());
  Object.assign(follower, newProbe());
  await at.update('svcProbe', 'start').catch(() => undefined);
  await at.update('svcFollow', 'start').catch(() => undefined);
});

test('an asked run does the work and reports it', async () => {
  probe.work = 3;
  await at.update('svcProbe', 'run', { by: 'me@here' });
  const status = await eventually(async () => {
    const found = await at.status('svcProbe');
    expect(found.lastRun?.counts).toEqual({ units: 3 });
    return found;
  });
  expect(status).toMatchObject({
    task: 'svcProbe',
    kind: 'probe',
    state: 'started',
    running: false,
    failures: 0,
    lastRun: { outcome: 'done' },
    waiting: [{ what: 'units', count: 0 }],
  });
  expect(probe.runs[0]?.options).toMatchObject({ by: 'me@here' });
  expect(status.lastRun?.id).toMatch(/^run\/svcProbe-\d{4}-/);
});

test('a long run starts the task after it as soon as it has changed something', async () => {
  Object.assign(probe, { work: 30, unit: 200 });
  follower.work = 1;
  await at.update('svcProbe', 'run');
  await eventually(() => expect(follower.runs).toHaveLength(1));
  expect(probe.now).toBe(1);
  probe.work = 0;
  await eventually(() => expect(probe.now).toBe(0));
});

test('a run that changed something starts the task after it, unless that is stopped', async () => {
  Object.assign(probe, { work: 1, unit: 300 });
  await at.update('svcProbe', 'run');
  // Not before: a run of the follower may be left that the test before this one has started.
  await eventually(() => expect(probe.now).toBe(1));
  follower.work = 1;
  await eventually(() => expect([probe.now, follower.runs.length]).toEqual([0, 1]));
  // Else it would take the next work, too.
  await eventually(async () => expect((await at.status('svcProbe')).running).toBe(false));
  expect(probe.runs).toHaveLength(1);
  await at.update('svcFollow', 'stop', { by: 'me@here', reason: 'test' });
  follower.work = 1;
  probe.work = 1;
  await at.update('svcProbe', 'run');
  await eventually(() => expect(probe.runs).toHaveLength(2));
  await eventually(async () => expect((await at.status('svcProbe')).running).toBe(false));
  expect(follower.runs).toHaveLength(1);
});

test('five requests during a run give exactly one more', async () => {
  Object.assign(probe, { work: 5, unit: 400 });
  await at.update('svcProbe', 'run');
  await eventually(() => expect(probe.now).toBe(1));
  for (let i = 0; i < 5; i++) await at.update('svcProbe', 'run');
  probe.work = 6;
  await eventually(() => expect(probe.now).toBe(0));
  probe.work = 1;
  await eventually(async () => {
    expect(probe.runs).toHaveLength(2);
    expect(probe.now).toBe(0);
  });
  probe.work = 1;
  await sleep(1_000);
  expect(probe.runs).toHaveLength(2);
  expect(probe.most).toBe(1);
});

test('stop lets the run end at its next safe point; a buffered request then does nothing', async () => {
  Object.assign(probe, { work: 100, unit: 200 });
  await at.update('svcProbe', 'run');
  await eventually(() => expect(probe.now).toBe(1));
  await at.update('svcProbe', 'run');
  const status = await at.update('svcProbe', 'stop', { by: 'ann@night', reason: 'disk full' });
  expect(status).toMatchObject({ state: 'stopped', by: 'ann@night', reason: 'disk full' });
  await eventually(async () => expect((await at.status('svcProbe')).lastRun?.outcome).toBe('stopped'));
  const left = probe.work;
  expect(left).toBeGreaterThan(0);
  await sleep(1_500);
  expect(probe.work).toBe(left);
  expect(probe.runs).toHaveLength(1);
});

test('stop --now cancels the run', async () => {
  Object.assign(probe, { work: 1, unit: 60_000 });
  await at.update('svcProbe', 'run');
  await eventually(() => expect(probe.now).toBe(1));
  await at.update('svcProbe', 'stop', { now: true });
  await eventually(async () => expect((await at.status('svcProbe')).lastRun?.outcome).toBe('cancelled'));
  expect(probe.now).toBe(0);
  expect((await at.status('svcProbe')).failures).toBe(0);
});

test('run is refused while stopped, in words that name who stopped it; --once runs it', async () => {
  await at.update('svcProbe', 'stop', { by: 'bob@desk', reason: 'holiday' });
  probe.work = 1;
  await expect(at.update('svcProbe', 'run')).rejects.toMatchObject({
    cause: { message: expect.stringContaining('bob@desk: holiday') },
  });
  await expect(at.update('svcProbe', 'stop')).rejects.toMatchObject({ cause: { type: 'CommandRejected' } });
  await at.signal('svcProbe', 'run');
  await eventually(async () => expect((await at.log('svcProbe')).at(-1)).toContain('it is stopped'));
  expect(probe.runs).toHaveLength(0);
  await at.update('svcProbe', 'run', { once: true });
  await eventually(() => expect(probe.runs).toHaveLength(1));
});

test('a trigger is an explicit act: it runs once though stopped, even in the second of the stop', async () => {
  await at.update('svcProbe', 'stop');
  probe.work = 1;
  await at.temporal('schedule', 'trigger', '--schedule-id', 'svcProbe');
  await eventually(() => expect(probe.work).toBe(0));
  expect((await at.status('svcProbe')).state).toBe('stopped');
});

test('ALLOW_ALL triggers do not run at the same time: the second ends busy', async () => {
  // More than there is time for: on a busy machine the second one must still find the first at work.
  Object.assign(probe, { work: 1_000, unit: 100 });
  const schedule = at.client.schedule.getHandle('svcProbe');
  await schedule.trigger(ScheduleOverlapPolicy.ALLOW_ALL);
  await eventually(() => expect(probe.now).toBe(1));
  await sleep(1_000);
  await schedule.trigger(ScheduleOverlapPolicy.ALLOW_ALL);
  await eventually(async () => {
    const { rows } = await at.pool.query("select from regie.run where outcome = 'busy'");
    expect(rows).toHaveLength(1);
  });
  expect(probe.most).toBe(1);
  probe.work = 1;
  await eventually(() => expect(probe.now).toBe(0));
});

test('a failing run is red, counts, and makes ticks idle until its back-off is over; run overrides it', async () => {
  const { PermanentError } = await import('../../src/task/errors.ts');
  probe.fail = new PermanentError(
    'NoSuchHost',
    'the host ftp.example does not exist; correct it in the settings',
  );
  await at.update('svcProbe', 'run');
  const status = await eventually(async () => {
    const found = await at.status('svcProbe');
    expect(found.failures).toBe(1);
    return found;
  });
  expect(status.lastRun).toMatchObject({
    outcome: 'failed',
    error: expect.stringContaining('the host ftp.example'),
  });
  expect((await at.client.workflow.getHandle(status.lastRun?.id ?? '').describe()).status.name).toBe(
    'FAILED',
  );
  probe.fail = undefined;
  probe.work = 1;
  // A tick of the past: on the grid, so it is no explicit request.
  const { rows } = await at.pool.query<{ not_before: Date }>(
    "select not_before from regie.task where name = 'svcProbe'",
  );
  expect(rows[0]?.not_before.getTime()).toBeGreaterThan(Date.now());
  const hour = 3_600_000;
  await at.client.schedule.getHandle('svcProbe').backfill({
    start: new Date(Date.now() - hour),
    end: new Date(),
    overlap: ScheduleOverlapPolicy.BUFFER_ALL,
  });
  await sleep(1_000);
  expect(probe.work).toBe(1);
  await at.update('svcProbe', 'run');
  await eventually(async () => expect((await at.status('svcProbe')).failures).toBe(0));
  expect(probe.work).toBe(0);
});

test('trace is on until it is off; its lines are in the log', async () => {
  await at.update('svcProbe', 'trace');
  probe.work = 2;
  await at.update('svcProbe', 'run');
  await eventually(async () => expect((await at.log('svcProbe')).join('\n')).toContain('unit 2'));
  const { rows } = await at.pool.query(
    "select text from regie.trace_line where task = 'svcProbe' and run like 'run/%' order by id",
  );
  expect(rows.map((r: { text: string }) => r.text)).toEqual(['unit 1', 'unit 2']);
  expect((await at.update('svcProbe', 'notrace')).trace).toBe(false);
});

test('what a task waits for is told once, and gone when it is there', async () => {
  probe.blockedBy = 'no folder /inbox';
  await at.update('svcProbe', 'run');
  await eventually(async () =>
    expect((await at.status('svcProbe')).lastRun).toMatchObject({
      outcome: 'waiting',
      note: 'no folder /inbox',
    }),
  );
  probe.blockedBy = undefined;
  probe.work = 0;
  await at.update('svcProbe', 'run');
  await eventually(async () => {
    const { lastRun } = await at.status('svcProbe');
    expect(lastRun?.outcome).toBe('idle');
    expect(lastRun).not.toHaveProperty('note');
  });
});

test('status is true after temporal schedule toggle, from the query alone', async () => {
  await at.temporal('schedule', 'toggle', '--schedule-id', 'svcProbe', '--pause', '--reason', 'from outside');
  await eventually(
    async () =>
      expect(await at.status('svcProbe')).toMatchObject({ state: 'stopped', by: 'schedule: from outside' }),
    60_000,
  );
  await at.temporal('schedule', 'toggle', '--schedule-id', 'svcProbe', '--unpause', '--reason', 'again');
  await eventually(async () => expect((await at.status('svcProbe')).state).toBe('started'), 60_000);
}, 130_000);

test('status is true after temporal workflow signal', async () => {
  await at.temporal('workflow', 'signal', '--workflow-id', 'task/svcProbe', '--name', 'stop');
  await eventually(async () =>
    expect(await at.status('svcProbe')).toMatchObject({ state: 'stopped', by: 'signal' }),
  );
  expect((await at.client.schedule.getHandle('svcProbe').describe()).state.paused).toBe(true);
});

test('the schedule, its runs and the control workflow are found by their search attributes', async () => {
  probe.work = 1;
  await at.update('svcProbe', 'run');
  await eventually(async () => {
    const types: string[] = [];
    for await (const found of at.client.workflow.list({
      query: "RegieTask = 'svcProbe' and RegieKind = 'probe'",
    }))
      types.push(found.type);
    expect(new Set(types)).toEqual(new Set(['task', 'probe']));
  });
});
