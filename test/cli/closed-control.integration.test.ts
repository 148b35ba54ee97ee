import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ConfigInput } from '../../src/config/config-schema.ts';
import { controlId, controlType, signals, taskQueue } from '../../src/task/names.ts';
import { apply } from '../../src/temporal/schedules/apply-schedules.ts';
import { writeConfigFile } from '../support/config-file.ts';
import { command } from '../support/command.ts';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';
import { newProbe, probeKind } from '../support/probe.ts';

/** Commands to a task whose control workflow somebody has ended: with `temporal`, in the Web UI, or it never was. */

const probe = newProbe();
let at: TestInstallation;
let config: string;
let drain: () => Promise<void>;

beforeAll(async () => {
  const input: ConfigInput = {
    installation: 'closed-test',
    kinds: [probeKind('probe', probe)],
    tasks: [{ name: 'svcProbe', kind: 'probe', aliases: ['p'] }],
  };
  at = await startInstallation(input);
  config = await writeConfigFile(at, input);
  drain = await at.startWorker();
});
afterAll(() => at.close());
beforeEach(async () => {
  await eventually(() => expect(probe.now).toBe(0));
  Object.assign(probe, newProbe());
  await apply(at.config, at.client);
  await at.update('svcProbe', 'start').catch(() => undefined);
  await at.update('svcProbe', 'notrace');
});

const regie = (...args: string[]) => command(['--config', config, ...args]);
const control = () => at.client.workflow.getHandle(controlId('svcProbe'));
const isPaused = async () => (await at.client.schedule.getHandle('svcProbe').describe()).state.paused;

async function closedAs(status: string): Promise<void> {
  await eventually(async () => expect((await control().describe()).status.name).toBe(status));
}

const terminate = async () => {
  await control().terminate('by a test');
  await closedAs('TERMINATED');
};

/** How each ending is brought about, and how `regie` calls it. */
const endings: Record<string, () => Promise<void>> = {
  'was terminated': terminate,
  async 'was cancelled'() {
    await control().cancel();
    await closedAs('CANCELLED');
  },
  async 'has ended'() {
    await control().signal(signals.end);
    await closedAs('COMPLETED');
  },
  async 'has failed'() {
    await terminate();
    // A run of a task that nobody knows fails at once.
    await at.client.workflow.start('probe', {
      workflowId: controlId('svcProbe'),
      taskQueue,
      args: ['svcNobody'],
    });
    await closedAs('FAILED');
  },
  async 'ran out of time'() {
    await terminate();
    await at.client.workflow.start(controlType, {
      workflowId: controlId('svcProbe'),
      taskQueue: 'nowhere',
      args: [],
      workflowExecutionTimeout: '1s',
    });
    await closedAs('TIMED_OUT');
  },
  async 'does not run'() {
    const { client, where } = at;
    await client.workflowService.deleteWorkflowExecution({
      namespace: where.namespace,
      workflowExecution: { workflowId: controlId('svcProbe') },
    });
    await eventually(() => expect(control().describe()).rejects.toThrow(/not found/));
  },
};

describe.each(Object.entries(endings))('a control workflow that %s', (gone, end) => {
  test('gives no answer; stop acts, says so, and starts it again', async () => {
    await end();
    const status = await regie('status', 'p', '--json');
    expect(status).toMatchObject({ code: 0 });
    expect(status.json()).toMatchObject({ state: 'started', worker: { answers: false, control: gone } });
    expect((await regie('status', 'p')).out).toMatch(
      new RegExp(`^  worker +nobody answers: the control workflow ${gone}; .*regie apply`, 'm'),
    );

    const stopped = await regie('stop', 'p', '--reason', 'night');
    expect(stopped).toMatchObject({ code: 0, err: '' });
    expect(stopped.out).toBe(`svcProbe stopped. Its control workflow ${gone}; it is started again.\n`);
    expect(await isPaused()).toBe(true);
    expect((await regie('status', 'p', '--json')).json()).toMatchObject({
      state: 'stopped',
      reason: 'night',
      worker: { answers: true },
    });
  });
});

describe('after a termination', () => {
  test('start, run --wait, trace and notrace do what they do otherwise', async () => {
    await regie('stop', 'p');
    await terminate();
    expect(await regie('run', 'p')).toMatchObject({ code: 5, err: expect.stringContaining('is stopped') });
    await terminate();
    const started = (await regie('start', 'p', '--json')).json();
    expect(started).toMatchObject({ by: 'worker', control: 'was terminated', status: { state: 'started' } });
    expect(await isPaused()).toBe(false);

    await terminate();
    probe.work = 2;
    const ran = await regie('run', 'p', '--tmp', '--wait');
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('done; units 2') });
    expect(probe.runs).toMatchObject([{ options: { tmp: true } }]);

    await terminate();
    expect(await regie('trace', 'p')).toMatchObject({ code: 0 });
    expect((await at.status('svcProbe')).trace).toBe(true);
    await terminate();
    const { code, json } = await regie('svc', 'p', '--notrace', '--status', '--json');
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      outcomes: [{ ok: true, control: 'was terminated' }],
      status: { trace: false, worker: { answers: true } },
    });
  });

  test('stop --now cancels the run in progress', async () => {
    Object.assign(probe, { work: 1, unit: 60_000 });
    await regie('run', 'p');
    await eventually(() => expect(probe.now).toBe(1));
    await terminate();
    expect(await regie('stop', 'p', '--now')).toMatchObject({ code: 0 });
    await eventually(async () => expect((await at.status('svcProbe')).lastRun?.outcome).toBe('cancelled'));
  });

  test('scheduler stop and start act, and start it again', async () => {
    await terminate();
    expect(await regie('scheduler', 'stop')).toMatchObject({ code: 0 });
    await eventually(async () => expect(await at.status('svcProbe')).toMatchObject({ held: true }));
    await terminate();
    expect((await regie('scheduler', 'state')).out).toMatch(/held: svcProbe/);
    expect(await regie('scheduler', 'start')).toMatchObject({ code: 0 });
    await closedAs('RUNNING');
    expect(await isPaused()).toBe(false);
  });

  test('log without a database says why there is none', async () => {
    await terminate();
    delete process.env.DATABASE_URL;
    try {
      expect(await regie('log', 'p')).toMatchObject({
        code: 1,
        err: expect.stringMatching(/control workflow of svcProbe was terminated\. `regie apply` starts it/),
      });
    } finally {
      process.env.DATABASE_URL = at.databaseUrl;
    }
  });

  test('apply starts it again', async () => {
    await terminate();
    expect(await regie('apply')).toMatchObject({ code: 0 });
    await closedAs('RUNNING');
    expect(await eventually(() => at.status('svcProbe'))).toMatchObject({ state: 'started' });
  });

  test('it is not started for a task without a schedule', async () => {
    const more = path.join(at.root, 'more.config.ts');
    await writeFile(
      more,
      `const { tasks, ...rest } = globalThis.regieTestConfig;
       export default { ...rest, tasks: [...tasks, { name: 'svcNew', kind: 'probe' }] };`,
    );
    expect(await command(['--config', more, 'trace', 'svcNew'])).toMatchObject({
      code: 5,
      err: expect.stringContaining('regie apply'),
    });
    await expect(at.client.workflow.getHandle(controlId('svcNew')).describe()).rejects.toThrow(/not found/);
  });
});

test('no command is lost between two runs of a control workflow that continues as new', async () => {
  const first = (await control().describe()).runId;
  for (let sent = 0; sent < 900; sent += 50)
    await Promise.all(
      Array.from({ length: 50 }, () => control().signal(signals.progress, { text: `${sent} so far` })),
    );
  await at.status('svcProbe');
  // It leaves at a thousand events; each of these adds some.
  for (let n = 0; (await control().describe()).runId === first; n++) {
    expect(n).toBeLessThan(100);
    expect(await regie(n % 2 ? 'notrace' : 'trace', 'p')).toMatchObject({ code: 0, err: '' });
    await eventually(async () => expect((await at.status('svcProbe')).trace).toBe(n % 2 === 0));
  }
});

describe('with no worker', () => {
  test('signals are not lost by a cancellation that comes with them', async () => {
    await drain();
    expect((await regie('trace', 'p', '--json')).json()).toMatchObject({ by: 'signal' });
    await control().cancel();
    drain = await at.startWorker();
    await closedAs('CANCELLED');
    const { rows } = await at.pool.query("select trace from regie.task where name = 'svcProbe'");
    expect(rows).toEqual([{ trace: true }]);
  });

  test('stop acts on the schedule, and run is left for a worker to come', async () => {
    await drain();
    await terminate();
    const stopped = (await regie('stop', 'p', '--json')).json();
    expect(stopped).toMatchObject({ by: 'schedule', control: 'was terminated' });
    expect(await isPaused()).toBe(true);
    await regie('start', 'p');
    await terminate();
    probe.work = 1;
    expect((await regie('run', 'p', '--json')).json()).toMatchObject({
      by: 'signal',
      control: 'was terminated',
    });
    drain = await at.startWorker();
    await eventually(() => expect(probe.runs).toHaveLength(1));
  });
});
