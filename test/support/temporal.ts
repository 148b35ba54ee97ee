import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './ports.ts';
import { removeAbandoned } from './abandoned.ts';
import { askShared } from './shared/ask.ts';
import { temporalProgram } from './temporal-program.ts';

/** Where this process keeps the address of the server that it uses. */
const ADDRESS = 'REGIE_TEST_TEMPORAL';

const PREFIX = 'regie-test-temporal-';
const DATABASE = 'temporal.db';

export interface TestTemporal {
  address: string;
  stop(): Promise<void>;
}

/**
 * A Temporal development server for the tests of this run, on loopback, its data in a temporary folder. `apart`: out of
 * reach of the terminal's Ctrl-C, for callers that end it themselves.
 */
export async function startTestTemporal({ apart = false } = {}): Promise<TestTemporal> {
  const program = await temporalProgram();
  await removeAbandoned(PREFIX, DATABASE);
  const folder = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  const port = await freePort();
  const flags = ['--ip', '127.0.0.1', '--port', String(port), '--headless', '--log-level', 'error'];
  const server = spawn(
    program,
    ['server', 'start-dev', ...flags, '--db-filename', path.join(folder, DATABASE)],
    { stdio: 'ignore', detached: apart },
  );
  const address = `127.0.0.1:${port}`;
  process.env[ADDRESS] = address;
  await waitFor(address);
  return {
    address,
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return rm(folder, { recursive: true });
      const gone = once(server, 'exit');
      server.kill('SIGTERM');
      const late = setTimeout(() => server.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(late);
      await rm(folder, { recursive: true });
    },
  };
}

async function waitFor(address: string): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1_000 });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return await connection.close();
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(100);
    }
  }
}

/** Of the server that this process started, as benchmarks do, else of the one that test files share. */
async function testAddress(): Promise<string> {
  return (process.env[ADDRESS] ??= (await askShared<TestTemporal>('temporal')).address);
}

/** The address of the test server, and a namespace of the caller's own on it. */
export async function freshNamespace(): Promise<{ address: string; namespace: string }> {
  const address = await testAddress();
  const namespace = `regie-test-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address });
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  // Every part of the server has to hear of it.
  const client = new Client({ connection, namespace });
  const until = Date.now() + 30_000;
  for (;;) {
    try {
      for await (const _ of client.schedule.list()) break;
      await client.workflow.count();
      break;
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(100);
    }
  }
  await connection.close();
  return { address, namespace };
}

/** Runs the real `temporal` command; gives what it printed. Throws with its words when it fails. */
export async function temporal(
  where: { address: string; namespace: string },
  ...args: string[]
): Promise<string> {
  const { stdout } = await promisify(execFile)(await temporalProgram(), [
    ...args,
    '--address',
    where.address,
    '--namespace',
    where.namespace,
  ]);
  return stdout;
}
