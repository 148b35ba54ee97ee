import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { apply } from '../../src/temporal/schedules/apply.ts';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';
import { newProbe, probeKind } from '../support/probe.ts';

/** The examples of `scripts/`, run as a user runs them: as programs of their own that know only the contract. */

const probe = newProbe();
let at: TestInstallation;

beforeAll(async () => {
  at = await startInstallation({
    installation: 'scripts-test',
    kinds: [probeKind('probe', probe)],
    tasks: [{ name: 'svcProbe', kind: 'probe' }],
  });
  await at.startWorker();
  await eventually(async () => expect((await at.status('svcProbe')).state).toBe('started'));
});
afterAll(() => at.close());
beforeEach(() => Object.assign(probe, newProbe()));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs `scripts/<name>.ts`; sends it SIGINT, as Ctrl-C does, once `enough` of what it printed says so. */
function script(name: string, args: string[], enough?: (out: string) => boolean): Promise<Ended> {
  const file = fileURLToPath(new URL(`../../scripts/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    env: { ...process.env, TEMPORAL_ADDRESS: at.where.address, TEMPORAL_NAMESPACE: at.where.namespace },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => {
      out += String(text);
      if (enough?.(out) && !child.killed) child.kill('SIGINT');
    });
    child.stderr.on('data', (text) => (err += String(text)));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

test('stop and start', async () => {
  const stopped = await script('stop', ['svcProbe', 'cleaning the disk']);
  expect(stopped).toMatchObject({
    code: 0,
    err: '',
    out: 'svcProbe is stopped; regie: stopped by stop.ts: cleaning the disk\n',
  });
  expect(await at.status('svcProbe')).toMatchObject({
    state: 'stopped',
    by: 'stop.ts',
    reason: 'cleaning the disk',
  });
  const started = await script('start', ['svcProbe']);
  expect(started).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^svcProbe is started; next run \d{4}-/),
  });
  expect(await script('start', ['svcProbe'])).toMatchObject({
    code: 5,
    err: expect.stringMatching(/^refused: .*start\.ts/),
  });
});

test('run waits for the end of the run', async () => {
  probe.work = 2;
  const { code, out } = await script('run', ['svcProbe', '--tmp']);
  expect(code).toBe(0);
  expect(out).toMatch(/^run\/svcProbe-.* began\n/);
  expect(out).toContain("outcome: 'done'");
  expect(out).toContain('units: 2');
  expect(probe.runs).toMatchObject([{ options: { tmp: true, by: 'run.ts' } }]);
});

test('status tells of all, or of one', async () => {
  expect((await script('status', [])).out).toMatch(/^svcProbe: started by .*, at rest, /);
  expect(JSON.parse((await script('status', ['svcProbe'])).out)).toMatchObject({
    task: 'svcProbe',
    state: 'started',
  });
});

test('trace shows the steps of a run, and leaves the task untraced', async () => {
  const traced = script('trace', ['svcProbe'], (out) => out.includes('unit 2'));
  await eventually(async () => expect((await at.status('svcProbe')).trace).toBe(true));
  probe.work = 2;
  await at.update('svcProbe', 'run');
  const { code, out } = await traced;
  expect(code).toBe(0);
  expect(out).toMatch(/unit 1\n[\s\S]*unit 2\n/);
  expect((await at.status('svcProbe')).trace).toBe(false);
});

test('watch tells what changes', async () => {
  let acted = false;
  const { code, out } = await script('watch', ['svcProbe'], (shown) => {
    if (!acted) {
      acted = true;
      void at.update('svcProbe', 'stop', { by: 'me@here', reason: 'watched' });
    }
    return shown.includes('stopped by me@here: watched');
  });
  expect(code).toBe(0);
  expect(out).toMatch(/svcProbe started by/);
  expect(out.match(/svcProbe started by/g)).toHaveLength(1);
  await at.update('svcProbe', 'start');
});

test('a task whose control workflow was ended: each says so, and stop and start act', async () => {
  const control = at.client.workflow.getHandle('task/svcProbe');
  const terminate = async () => {
    await control.terminate('by a test');
    await eventually(async () => expect((await control.describe()).status.name).toBe('TERMINATED'));
  };
  await terminate();
  expect(await script('status', [])).toMatchObject({
    code: 0,
    out: 'svcProbe: started, its control workflow does not run\n',
  });
  for (const name of ['status', 'run', 'trace'])
    expect(await script(name, ['svcProbe'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('the control workflow of svcProbe does not run; `regie apply` starts it'),
    });
  expect(await script('watch', ['svcProbe'], (shown) => shown.includes('\n'))).toMatchObject({
    code: 0,
    out: expect.stringContaining('svcProbe its control workflow does not run'),
  });
  expect(await script('stop', ['svcProbe', 'night'])).toMatchObject({
    code: 0,
    out: 'svcProbe is stopped; regie: stopped by stop.ts: night\n',
  });
  await apply(at.config, at.client);
  await eventually(async () => expect(await at.status('svcProbe')).toMatchObject({ reason: 'night' }));
  await terminate();
  expect(await script('start', ['svcProbe'])).toMatchObject({ code: 0, err: '' });
  expect((await at.client.schedule.getHandle('svcProbe').describe()).state.paused).toBe(false);
});
