import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRunFile } from '../../src/processes/run-file.ts';
import { freePort } from '../support/ports.ts';
import { serverProcesses } from '../support/left-servers.ts';
import { temporalProgram } from '../support/temporal-program.ts';
import { copyExample, removeExample } from './support/example.ts';
import { regie, type Program } from './support/program.ts';

/** Ctrl-C while `regie up --sample` is not ready yet, in a new installation. */

const nowhere = { TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined, DATABASE_URL: undefined };
let root: string;

beforeEach(async () => {
  root = await copyExample();
});
afterEach(() => removeExample(root));

async function up(): Promise<Program> {
  const ports = ['--port', String(await freePort()), '--ui-port', String(await freePort())];
  return regie(['up', '--sample', '--config', path.join(root, 'regie.config.ts'), ...ports], {
    ...nowhere,
    REGIE_TEMPORAL_CLI: await temporalProgram(),
  });
}

async function expectNothingLeft(): Promise<void> {
  expect(serverProcesses(root)).toEqual([]);
  expect(await readRunFile(root)).toBeUndefined();
}

test('while the servers are made', async () => {
  const program = await up();
  await program.says('making a PostgreSQL');
  program.process.kill('SIGINT');
  expect(await program.ended).toBe(0);
  expect(program.out()).toMatch(/Stopping: .*\nStopped\.\n$/);
  expect(program.err()).toBe('');
  await expectNothingLeft();
}, 120_000);

test('while the first look waits for the worker', async () => {
  const program = await up();
  await program.says('A sample: ');
  program.process.kill('SIGINT');
  expect(await program.ended).toBe(0);
  expect(program.out()).toMatch(/Stopping the servers …\nStopped\.\n$/);
  await expectNothingLeft();
}, 120_000);
