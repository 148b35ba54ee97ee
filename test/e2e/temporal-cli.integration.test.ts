import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Status } from '../../src/task/status.ts';
import { sampleFiles, sampleStations } from '../../src/weather/sample/make-sample.ts';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';
import { deliver } from './support/deliver.ts';
import { loading, weather } from './support/waves.ts';

/** An operator who has nothing but `temporal`: the names and ids that outside tools rely on. */

let at: TestInstallation;
let inbox: string;
let day = 1;

beforeAll(async () => {
  at = await startInstallation({
    installation: 'temporal-cli-test',
    weather,
    // Ticks do not come: what happens is what the operator does.
    tasks: [
      { name: 'svcLoadJson', kind: 'loadJson', every: '1d', settings: loading },
      { name: 'svcAggregate', kind: 'aggregate', every: '1d', after: 'svcLoadJson' },
    ],
  });
  inbox = path.join(at.root, 'data/weather/inbox');
  mkdirSync(inbox, { recursive: true });
  await at.startWorker();
  await eventually(async () => expect((await at.status('svcLoadJson')).state).toBe('started'));
});
afterAll(() => at?.close());

/** A new day's file goes into the inbox: there is something to do. */
function newFile(): void {
  const from = `2024-06-${String(day++).padStart(2, '0')}`;
  deliver(inbox, [...sampleFiles({ stations: sampleStations(1), from, days: 1 })]);
}

const json = async (...args: string[]): Promise<unknown> =>
  JSON.parse(await at.temporal(...args, '--output', 'json'));

async function status(task: string): Promise<Status> {
  const query = ['workflow', 'query', '--workflow-id', `task/${task}`, '--type', 'status'];
  return ((await json(...query)) as { queryResult: [Status] }).queryResult[0];
}

const signal = (task: string, name: string, input?: object) => {
  const given = input ? ['--input', JSON.stringify(input)] : [];
  return at.temporal('workflow', 'signal', '--workflow-id', `task/${task}`, '--name', name, ...given);
};

const update = (task: string, name: string, input?: object) => {
  const given = input ? ['--input', JSON.stringify(input)] : [];
  const where = ['--workflow-id', `task/${task}`, '--name', name];
  return json('workflow', 'update', 'execute', ...where, ...given);
};

async function loads(days: number): Promise<void> {
  await eventually(async () => {
    const { rows } = await at.pool.query<{ count: number }>(
      'select count(*)::int as count from weather.observation',
    );
    expect(rows[0]?.count).toBe(288 * days);
  });
}

test('schedule trigger runs the task; the one after it follows', async () => {
  newFile();
  await at.temporal('schedule', 'trigger', '--schedule-id', 'svcLoadJson');
  await loads(1);
  await eventually(async () => {
    const { lastRun } = await status('svcAggregate');
    expect(lastRun).toMatchObject({ outcome: 'done', counts: { hours: 24, days: 1 } });
  });
  expect(await status('svcLoadJson')).toMatchObject({
    kind: 'loadJson',
    state: 'started',
    lastRun: { outcome: 'done', counts: { files: 1, loaded: 288 } },
  });
});

test('workflow list finds runs and controls by type and search attribute', async () => {
  const find = async (query: string) =>
    // On a slow machine a tick may have come by itself meanwhile: types, not runs.
    [
      ...new Set(
        ((await json('workflow', 'list', '--query', query)) as { type: { name: string } }[]).map(
          ({ type }) => type.name,
        ),
      ),
    ];
  await eventually(async () => {
    expect(await find("WorkflowType = 'loadJson'")).toEqual(['loadJson']);
    expect((await find("RegieTask = 'svcAggregate'")).sort()).toEqual(['aggregate', 'task']);
    expect((await find("RegieKind = 'loadJson'")).sort()).toEqual(['loadJson', 'task']);
  });
});

test('signals stop, start, trace and run', async () => {
  await signal('svcLoadJson', 'stop', { reason: 'disk full', by: 'ops' });
  await eventually(async () =>
    expect(await status('svcLoadJson')).toMatchObject({ state: 'stopped', by: 'ops', reason: 'disk full' }),
  );
  const schedule = await at.temporal('schedule', 'describe', '--schedule-id', 'svcLoadJson');
  expect(schedule).toMatch(/Paused\s+true/);
  expect(schedule).toContain('disk full');
  newFile();
  await signal('svcLoadJson', 'run');
  await eventually(async () => expect((await at.log('svcLoadJson')).at(-1)).toContain('it is stopped'));
  await signal('svcLoadJson', 'start');
  await signal('svcLoadJson', 'trace');
  await signal('svcLoadJson', 'run');
  await loads(2);
  const log = ['workflow', 'query', '--workflow-id', 'task/svcLoadJson', '--type', 'log'];
  await eventually(async () =>
    expect(await at.temporal(...log)).toContain('obs.SIM01.2024-06-02.json: loaded'),
  );
  await signal('svcLoadJson', 'notrace');
  await eventually(async () => expect((await status('svcLoadJson')).trace).toBe(false));
});

test('updates answer with the new status, or refuse with a reason', async () => {
  expect(await update('svcAggregate', 'stop', { reason: 'holiday', by: 'bob' })).toMatchObject({
    result: { task: 'svcAggregate', state: 'stopped', by: 'bob' },
  });
  await expect(update('svcAggregate', 'run')).rejects.toMatchObject({
    stderr: expect.stringContaining('bob: holiday'),
  });
  expect(await update('svcAggregate', 'start')).toMatchObject({ result: { state: 'started' } });
});

test('schedule toggle stops the task: status tells it within a minute, by whom and why', async () => {
  const toggle = ['schedule', 'toggle', '--schedule-id', 'svcAggregate'];
  await at.temporal(...toggle, '--pause', '--reason', 'audit');
  await eventually(
    async () =>
      expect(await status('svcAggregate')).toMatchObject({ state: 'stopped', by: 'schedule: audit' }),
    60_000,
  );
  // A load must not restart it.
  newFile();
  await at.temporal('schedule', 'trigger', '--schedule-id', 'svcLoadJson');
  await loads(3);
  await eventually(async () => expect((await status('svcLoadJson')).running).toBe(false));
  const { rows } = await at.pool.query<{ hours: number }>(
    "select count(*)::int as hours from weather.aggregate where level = 'H'",
  );
  expect(rows[0]?.hours).toBe(48);
  // An explicit act runs once all the same.
  await at.temporal('schedule', 'trigger', '--schedule-id', 'svcAggregate');
  await eventually(async () =>
    expect((await status('svcAggregate')).lastRun).toMatchObject({ counts: { hours: 24 } }),
  );
  await eventually(async () => {
    const { rows: after } = await at.pool.query<{ hours: number }>(
      "select count(*)::int as hours from weather.aggregate where level = 'H'",
    );
    expect(after[0]?.hours).toBe(72);
  });
  expect((await status('svcAggregate')).state).toBe('stopped');
  await at.temporal(...toggle, '--unpause', '--reason', 'done');
  await eventually(async () => expect((await status('svcAggregate')).state).toBe('started'), 60_000);
}, 150_000);
