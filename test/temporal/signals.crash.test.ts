import { afterAll, beforeAll, expect, test } from 'vitest';
import { controlId } from '../../src/task/names.ts';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';
import { newProbe, probeKind } from '../support/probe.ts';

let at: TestInstallation;

beforeAll(async () => {
  at = await startInstallation({
    installation: 'storm-test',
    kinds: [probeKind('probe', newProbe())],
    tasks: [{ name: 'svcProbe', kind: 'probe' }],
  });
  await at.startWorker();
});
afterAll(() => at.close());

test('thousands of signals are all seen, across continue-as-new', async () => {
  const handle = at.client.workflow.getHandle(controlId('svcProbe'));
  const first = (await handle.describe()).runId;
  // Reports are not folded like commands: each must arrive.
  const many = 5_000;
  const report = (n: number) => ({
    run: { id: `run/${n}`, at: new Date(0).toISOString(), ms: 0, outcome: 'done', counts: { n } },
    failures: n,
  });
  await at.update('svcProbe', 'trace');
  for (let sent = 0; sent < many; sent += 50)
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => handle.signal('regie/report', report(sent + i + 1))),
    );
  for (let i = 0; i < 50; i++) await handle.signal(i % 2 ? 'start' : 'stop', { by: `signal-${i}` });
  await eventually(async () => {
    const log = (await at.log('svcProbe')).join('\n');
    expect(log).toContain('by signal-49');
  }, 60_000);
  const status = await at.status('svcProbe');
  expect(status).toMatchObject({ state: 'started', trace: true });
  expect((await handle.describe()).runId).not.toBe(first);
  let seen = 0;
  for await (const run of at.client.workflow.list({ query: `WorkflowId = '${controlId('svcProbe')}'` })) {
    const history = await at.client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
    seen += (history.events ?? []).filter(
      (e) => e.workflowExecutionSignaledEventAttributes?.signalName === 'regie/report',
    ).length;
  }
  expect(seen).toBe(many);
  const log = await at.log('svcProbe');
  expect(log.length).toBeLessThanOrEqual(50);
}, 180_000);
