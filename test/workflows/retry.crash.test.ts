import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApplicationFailure } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { pino } from 'pino';
import type { Failure, RunTicket } from '../../src/task/messages.ts';
import type { EngineActivities, TaskActivities } from '../../src/task/engine-activities.ts';
import { builtWorkflows } from '../support/built.ts';
import { installRuntime } from '../../src/worker/runtime.ts';
import { findTimeSkipping } from '../support/time-skipping.ts';

const server = await findTimeSkipping();
const missing = 'missing' in server ? server.missing : undefined;
if (missing) console.log(`Back-off on the time-skipping server is not tested: ${missing}.`);

let env: TestWorkflowEnvironment;

beforeAll(async () => {
  if ('missing' in server) return;
  installRuntime(pino({ level: 'silent' }));
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: server.command } },
  });
});
afterAll(() => env?.teardown());

/** Runs one run on the time-skipping server, its `work` as given; tells how long it took by the server's clock. */
async function runOnce(work: (attempt: number) => void) {
  const concluded: Failure[] = [];
  let attempts = 0;
  const activities: Pick<EngineActivities, 'poll' | 'conclude'> & Pick<TaskActivities, 'someKind'> = {
    poll: async () => ({ outcome: 'work' }),
    someKind: async () => {
      work(++attempts);
      return { outcome: 'done' };
    },
    conclude: async (_: RunTicket, failure: Failure) => void concluded.push(failure),
  };
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: 'regie',
    workflowBundle: builtWorkflows,
    activities,
  });
  return worker.runUntil(async () => {
    const handle = await env.client.workflow.start('someKind', {
      workflowId: `run/${Math.random()}`,
      taskQueue: 'regie',
      args: ['svcSome'],
    });
    const result = await handle.result().catch((error: unknown) => error);
    const { startTime, closeTime } = await handle.describe();
    return {
      result,
      attempts,
      concluded,
      seconds: ((closeTime?.getTime() ?? 0) - startTime.getTime()) / 1000,
    };
  });
}

test.skipIf(missing)('transient errors are tried again, and the run goes on', async () => {
  const { result, attempts, concluded } = await runOnce((attempt) => {
    if (attempt < 4) throw new Error('connection refused');
  });
  expect(result).toEqual({ outcome: 'done' });
  expect(attempts).toBe(4);
  expect(concluded).toEqual([]);
});

test.skipIf(missing)('errors that last end the run within two minutes, written down once', async () => {
  const { result, attempts, concluded, seconds } = await runOnce(() => {
    throw new Error('connection refused');
  });
  expect(result).toBeInstanceOf(Error);
  expect(attempts).toBe(8);
  expect(concluded).toEqual([{ outcome: 'failed', error: 'connection refused' }]);
  expect(seconds).toBeGreaterThan(60);
  expect(seconds).toBeLessThan(120);
});

test.skipIf(missing)('a permanent error is not tried again', async () => {
  const { attempts, concluded } = await runOnce(() => {
    throw ApplicationFailure.nonRetryable('the password is wrong', 'WrongPassword');
  });
  expect(attempts).toBe(1);
  expect(concluded).toEqual([{ outcome: 'failed', error: 'WrongPassword: the password is wrong' }]);
});
