import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { readRunFile } from '../../../src/processes/run-file.ts';
import { at, everyCommand, step } from '../support/step.ts';
import { userEnvironment } from '../support/user.ts';

const TASK = 'svcGreet';

/** Of the task, by the query that every client may ask. */
async function queried(task = TASK): Promise<Record<string, unknown>> {
  const told = await at.temporal(
    'workflow',
    'query',
    '--workflow-id',
    `task/${task}`,
    '--type',
    'status',
    '--output',
    'json',
  );
  return (JSON.parse(told) as { queryResult: [Record<string, unknown>] }).queryResult[0];
}

/** Runs one of the package's scripts, copied into the installation's folder, on the server of its `regie up`; what it printed. */
async function script(name: string, ...args: string[]): Promise<string> {
  const copy = path.join(at.root, `${name}.mts`);
  await copyFile(path.join(at.root, 'node_modules/regie/scripts', `${name}.ts`), copy);
  const jiti = path.join(at.root, 'node_modules/jiti/lib/jiti-cli.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [jiti, copy, ...args], {
    cwd: at.root,
    env: userEnvironment(),
  });
  return stdout;
}

const soon = { timeout: 60_000, interval: 500 };

step('tasks', async () => {
  // Not by Regie: that is noticed within some seconds, and looked at in the next test.
  await at.temporal('schedule', 'toggle', '--schedule-id', 'ftp-pull', '--pause', '--reason', 'audit');
  const tasks = (await at.regie(['list'])).map((each: { task: string }) => each.task);
  expect(tasks).toContain(TASK);
  expect(await at.regie(['status'])).toHaveLength(tasks.length);
  expect(await at.regie(['svc', 'JSON', '--status'])).toMatchObject({ task: 'svcLoadJson' });
  await at.regie(['trace', TASK]);
  await at.regie(['run', TASK, '--wait']);
  expect(JSON.stringify(await at.regie(['log', TASK]))).toContain('greeting the night shift');
  await at.regie(['notrace', TASK]);
  expect(await at.regie(['stop', TASK, '--reason', 'holiday'])).toMatchObject({
    status: { state: 'stopped' },
  });
  expect(await at.regie(['run', TASK], 5)).toMatchObject({ error: expect.stringContaining('holiday') });
  await at.regie(['start', TASK]);
  await at.regie(['scheduler', 'stop']);
  expect(await at.regie(['status', TASK])).toMatchObject({ state: 'stopped', held: true });
  expect(JSON.stringify(await at.regie(['scheduler', 'state']))).toContain('held');
  await at.regie(['scheduler', 'start']);
  expect(await at.regie(['status', TASK])).toMatchObject({ state: 'started' });
  const nothing = { changes: expect.not.arrayContaining([expect.objectContaining({ change: 'create' })]) };
  expect(await at.regie(['apply', '--dry-run'])).toMatchObject({ dryRun: true, ...nothing });
  if (everyCommand) expect(await at.regie(['apply'])).toMatchObject({ dryRun: false, ...nothing });
});

step('temporal', async () => {
  const signal = (name: string, input: object) =>
    at.temporal(
      'workflow',
      'signal',
      '--workflow-id',
      `task/${TASK}`,
      '--name',
      name,
      '--input',
      JSON.stringify(input),
    );
  await signal('stop', { by: 'ann@night', reason: 'disk full' });
  await expect
    .poll(() => queried(), soon)
    .toMatchObject({ state: 'stopped', by: 'ann@night', reason: 'disk full' });
  await signal('start', { by: 'ann@night' });
  await expect.poll(() => queried(), soon).toMatchObject({ state: 'started', by: 'ann@night' });
  const update = [
    'workflow',
    'update',
    'execute',
    '--workflow-id',
    `task/${TASK}`,
    '--name',
    'trace',
    '--output',
    'json',
  ];
  expect(JSON.parse(await at.temporal(...update))).toMatchObject({ result: { trace: true } });
  await expect
    .poll(() => queried('ftp-pull'), soon)
    .toMatchObject({ state: 'stopped', by: 'schedule: audit' });
  expect(await script('stop', TASK, 'stocktaking')).toBe(
    `${TASK} is stopped; regie: stopped by stop.ts: stocktaking\n`,
  );
  expect(JSON.parse(await script('status', TASK))).toMatchObject({ state: 'stopped', reason: 'stocktaking' });
  expect(await script('start', TASK)).toMatch(/^svcGreet is started; next run \d{4}-/);
  expect(await at.temporal('workflow', 'list', '--query', `RegieKind = 'greet'`)).toContain(`task/${TASK}`);
});

step('rest', async () => {
  const worker = at.user.start(['worker']);
  await worker.says('"ready":true');
  expect((await worker.stop()).code).toBe(0);
  // That of `regie up`, which starts it again.
  const { worker: killed } = (await readRunFile(at.root))!;
  expect(killed?.pid).toBe(at.ready.worker);
  process.kill(killed!.pid, 'SIGKILL');
  await expect.poll(async () => (await readRunFile(at.root))?.worker, soon).not.toEqual(killed);
  await at.regie(['run', TASK, '--wait']);
  expect(JSON.stringify(await at.regie(['doctor']))).toContain('PostgreSQL');
});
