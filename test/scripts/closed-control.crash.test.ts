import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply } from '../../src/temporal/schedules/apply-schedules.ts';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';
import { newProbe, probeKind } from '../support/probe.ts';
import { runScript } from './run-script.ts';

let at: TestInstallation;

beforeAll(async () => {
  at = await startInstallation({
    installation: 'closed-scripts-test',
    kinds: [probeKind('probe', newProbe())],
    tasks: [{ name: 'svcProbe', kind: 'probe' }],
  });
  await at.startWorker();
  await eventually(async () => expect((await at.status('svcProbe')).state).toBe('started'));
});
afterAll(() => at.close());

const script = (name: string, args: string[], enough?: (out: string) => boolean) =>
  runScript(at.where, name, args, enough);

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
