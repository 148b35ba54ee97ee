import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';
import { newProbe, probeKind } from '../support/probe.ts';
import { runScript } from './run-script.ts';

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

const script = (name: string, args: string[], enough?: (out: string) => boolean) =>
  runScript(at.where, name, args, enough);

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
