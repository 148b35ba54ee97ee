import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Attention } from '../../src/task/status.ts';
import { controlId } from '../../src/task/names.ts';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';
import { newProbe, probeKind } from '../support/probe.ts';

const probe = newProbe();
const nothing: Attention = { count: 0, latest: [] };
let attention = nothing;
let asked = 0;
let at: TestInstallation;

beforeAll(async () => {
  at = await startInstallation({
    installation: 'attention-test',
    kinds: [{ ...probeKind('probe', probe), attention: async () => ((asked += 1), attention) }],
    tasks: [{ name: 'svcProbe', kind: 'probe' }],
  });
  await at.startWorker();
  await eventually(async () => expect((await at.status('svcProbe')).state).toBe('started'));
});
afterAll(() => at.close());

const signals = async () => {
  const { events } = await at.client.workflow.getHandle(controlId('svcProbe')).fetchHistory();
  return events?.filter((event) => event.workflowExecutionSignaledEventAttributes).length ?? 0;
};

test("a task's page tells what to look at: from a run at once, otherwise within a minute, and only when it changes", async () => {
  attention = { count: 1, latest: [{ at: '2026-06-01T00:00:00.000Z', text: '7: broken' }], how: 'mend it' };
  probe.work = 1;
  await at.update('svcProbe', 'run');
  await eventually(async () => {
    const status = await at.status('svcProbe');
    expect(status.lastRun?.counts).toEqual({ units: 1 });
    expect(status.attention).toEqual(attention);
  });

  // Somebody deals with it, far from the engine.
  const before = await signals();
  attention = nothing;
  await eventually(async () => expect((await at.status('svcProbe')).attention).toEqual(nothing), 60_000);
  expect(await signals()).toBe(before + 1);
  const seen = asked;
  await eventually(() => expect(asked).toBeGreaterThan(seen), 60_000);
  expect(await signals()).toBe(before + 1);
}, 180_000);
