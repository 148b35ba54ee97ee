import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { ApplicationFailure } from '@temporalio/common';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { described } from '../../../src/exports/described.ts';
import { poll } from '../../../src/exports/poll-ledger.ts';
import { runExport } from '../../../src/exports/run/run-periods.ts';
import { calendarOf } from '../../../src/exports/period.ts';
import { PermanentError } from '../../../src/task/errors.ts';
import type { RunTicket } from '../../../src/task/messages.ts';
import { calendarMemo } from '../../../src/task/names.ts';
import { triggerOf } from '../../../src/temporal/schedules/ticks.ts';
import type { EngineActivities, TaskActivities } from '../../../src/task/engine-activities.ts';
import { builtWorkflows } from '../../support/built.ts';
import { installRuntime } from '../../../src/worker/runtime.ts';
import { quietPort } from '../../support/quiet-port.ts';
import { findTimeSkipping } from '../../support/time-skipping.ts';
import { cards, openLedger, type LedgerAtWork } from '../run/support.ts';

/**
 * Mornings of an export by the clock of the time-skipping server. It has no schedules: what a schedule would start is started here, with the nominal
 * time that a schedule gives it.
 */

const server = await findTimeSkipping();
const missing = 'missing' in server ? server.missing : undefined;
if (missing) console.log(`Windows on the time-skipping server are not tested: ${missing}.`);

let env: TestWorkflowEnvironment;
/** One that lets no time be skipped while it waits for a result: the server would skip to the end of a workflow that works in local activities. */
let client: Client;
let ledger: LedgerAtWork;

beforeAll(async () => {
  if ('missing' in server) return;
  installRuntime(pino({ level: 'silent' }));
}, 120_000);

// Each has a server of its own: one whose worker has gone does not skip what a new workflow waits for.
beforeEach(async () => {
  if ('missing' in server) return;
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: server.command } },
  });
  client = new Client({ connection: env.connection });
  // A real server's own, which this one has to be told of.
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? 'default',
    searchAttributes: { TemporalScheduledStartTime: 6 },
  });
  ledger = await openLedger({ cards: cards() });
}, 120_000);
afterEach(async () => {
  await env?.teardown();
  await ledger?.close();
});

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Sleeps, by the server's clock, until this hour of the next morning, or of the one that has begun; Dakar's clocks are UTC's. */
async function until(hour: number, { nextDay = false } = {}): Promise<Date> {
  const now = await env.currentTimeMs();
  const midnight = Math.floor(now / DAY) * DAY + (nextDay ? DAY : 0);
  const at = midnight + hour * HOUR;
  await env.sleep(at - now + 1_000);
  return new Date(at);
}

/** What the schedule does at a tick. */
async function tick(nominal: Date) {
  const { target } = await described(ledger.context());
  return client.workflow.start('export', {
    workflowId: `run/cards-${nominal.toISOString()}-${Math.random()}`,
    taskQueue: 'regie',
    args: ['cards'],
    memo: { [calendarMemo]: calendarOf(target) },
    searchAttributes: { TemporalScheduledStartTime: [nominal] },
  });
}

/** Lets a worker live until `work` has ended. */
async function withWorker<T>(work: () => Promise<T>): Promise<T> {
  const asked = (ticket: RunTicket) => ({ ...ledger.context(), ...triggerOf(ticket) });
  const activities: Pick<EngineActivities, 'poll' | 'conclude'> & Pick<TaskActivities, 'export'> = {
    poll: async (ticket) => ({
      outcome: (await poll({ ...asked(ticket), pending: null })).work ? 'work' : 'idle',
    }),
    export: async (ticket) => {
      const now = await env.currentTimeMs();
      const context = { ...asked(ticket), ...quietPort(), run: ticket.id, options: {} };
      return runExport(context, () => now).catch((error: unknown) => {
        throw error instanceof PermanentError
          ? ApplicationFailure.nonRetryable(error.message, error.type)
          : error;
      });
    },
    conclude: async () => undefined,
  };
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: 'regie',
    workflowBundle: builtWorkflows,
    activities,
  });
  return worker.runUntil(work);
}

async function endOf(nominal: Date): Promise<string> {
  const handle = await tick(nominal);
  return handle.result().then(
    ({ outcome }: { outcome: string }) => outcome,
    (error: Error) => String((error.cause as { cause?: { type?: string } }).cause?.type),
  );
}

const out = () => readdirSync(path.join(ledger.root, 'out')).sort();
const nameOf = (at: Date) => `cards_${at.toISOString().slice(0, 10).replaceAll('-', '')}.csv`;

test.skipIf(missing)(
  'a failure that heals at the third hour; after that the day is over',
  async () => {
    ledger.write('exports/cards.ts', cards("throw new Error('the database is away');"));
    const four = await until(4, { nextDay: true });
    await withWorker(async () => {
      expect(await endOf(four)).toBe('ExportFailed');
      expect(await endOf(await until(5))).toBe('ExportFailed');
      ledger.write('exports/cards.ts', cards());
      expect(await endOf(await until(6))).toBe('done');
      expect(await endOf(await until(7))).toBe('idle');
    });
    expect(out()).toEqual([nameOf(four)]);
  },
  120_000,
);
