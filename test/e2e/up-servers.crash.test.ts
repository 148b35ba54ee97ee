import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../support/ports.ts';
import { findByArgument, isRunning } from '../../src/processes/processes.ts';
import { readRunFile } from '../../src/processes/run-file.ts';
import { deliver } from '../../src/weather/sample/deliver-sample.ts';
import { sampleFiles, sampleStations } from '../../src/weather/sample/make-sample.ts';
import { command } from '../support/command.ts';
import { eventually } from '../support/installation.ts';
import { temporalProgram } from '../support/temporal-program.ts';
import { killAll, regie as start, type Program } from './support/program.ts';

/** The servers of `regie up` killed with -9 beside it: told, started again, and the worker goes on. */

const environment = { ...process.env };
let root: string;
let config: string;
let up: Program;

// Each has servers of its own: what one of them ends does not matter to the others, nor to its own retry.
beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'regie-e2e-servers-'));
  // Root's PostgreSQL runs as another account, which must get there.
  chmodSync(root, 0o755);
  config = path.join(root, 'regie.config.ts');
  copyFileSync(fileURLToPath(new URL('../../regie.config.ts', import.meta.url)), config);
  for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'DATABASE_URL']) delete process.env[name];
  await startUp();
}, 120_000);
afterEach(async () => {
  await killAll();
  const left = await readRunFile(root);
  for (const server of [left?.temporal, left?.postgres])
    if (server && isRunning(server.process)) process.kill(server.process.pid, 'SIGKILL');
  process.env = { ...environment };
  rmSync(root, { recursive: true, force: true });
});

async function startUp(): Promise<void> {
  up = start(
    ['up', '--config', config, '--port', String(await freePort()), '--ui-port', String(await freePort())],
    { REGIE_TEMPORAL_CLI: await temporalProgram() },
  );
  await up.says('Ctrl-C');
}

const regie = (...args: string[]) => command([...args, '--config', config]);

/** Kills the server and takes its port, so that it cannot come back; gives the stranger that has it. */
async function killAndHold(server: 'temporal' | 'postgres'): Promise<Server> {
  const { port, process: id } = (await readRunFile(root))![server]!;
  process.kill(id.pid, 'SIGKILL');
  for (;;) {
    const stranger = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
    const taken = await Promise.race([
      once(stranger, 'listening').then(() => true),
      once(stranger, 'error').then(() => false),
    ]).catch(() => false);
    if (taken) return stranger;
    await setImmediate();
  }
}

async function load(station: string, day: string): Promise<void> {
  const stations = sampleStations(1).map((one) => ({ ...one, code: station }));
  await deliver(path.join(root, 'data/weather/inbox'), sampleFiles({ stations, from: day, days: 1 }));
  await eventually(async () => {
    expect(await regie('run', 'svcLoadJson', '--wait')).toMatchObject({ code: 0 });
    const { out } = await regie('weather', 'stations', '--json');
    expect(out).toContain(station);
  }, 90_000);
}

test('dead servers are told, and started again; the worker goes on', async () => {
  await load('BEFORE', '2026-06-01');
  const database = await killAndHold('postgres');
  await up.says(/PostgreSQL \(pid \d+\) has ended unexpectedly; starting it again …/);
  const status = await regie('status', 'svcLoadJson');
  expect(status.out).toMatch(
    /^ {2}database +none: PostgreSQL \(pid \d+\) has died; `regie up` \(pid \d+\) starts it/m,
  );
  expect((await regie('status')).out).toMatch(/^database: none: PostgreSQL/m);
  expect((await regie('weather', 'stations')).err).toMatch(/^No database answers: PostgreSQL \(pid/);
  await up.says(/PostgreSQL could not be started again: port \d+, where PostgreSQL ran, is in use by /);
  database.close();
  await up.says(/PostgreSQL runs again \(pid \d+\)/);

  const temporal = await killAndHold('temporal');
  await up.says('the Temporal server (pid');
  const away = await regie('status');
  expect(away.code).toBe(3);
  expect(away.err).toMatch(
    /the Temporal server \(pid \d+\) has died; `regie up` \(pid \d+\) starts it again/,
  );
  temporal.close();
  await up.says(/the Temporal server runs again/);
  await load('AFTER', '2026-06-02');
  expect((await regie('weather', 'stations', '--json')).out).toContain('BEFORE');
}, 240_000);

test('Ctrl-C ends it while a server is away', async () => {
  const stranger = await killAndHold('postgres');
  await eventually(() => expect(up.out().match(/has ended unexpectedly/g)).toHaveLength(1));
  up.process.kill('SIGINT');
  expect(await up.ended).toBe(0);
  stranger.close();
  expect(up.out()).toMatch(/Stopping the servers …\nStopped\.\n$/);
  expect(await readRunFile(root)).toBeUndefined();
  for (const name of ['temporal.db', 'postgres'])
    expect(findByArgument(path.join(root, '.regie', name))).toEqual([]);
}, 120_000);

test('Ctrl-C ends it while the worker waits to begin anew', async () => {
  const [database, temporal] = [await killAndHold('postgres'), await killAndHold('temporal')];
  await eventually(() => expect(up.out().match(/has ended unexpectedly/g)).toHaveLength(2));
  up.process.kill('SIGINT');
  expect(await up.ended).toBe(0);
  database.close();
  temporal.close();
  expect(up.out()).toMatch(/Stopping the servers …\nStopped\.\n$/);
}, 120_000);

test('a server that dies again and again ends it, in words', async () => {
  let over = false;
  void up.ended.then(() => (over = true));
  // Five times; on a busy machine the first may lie more than a minute back.
  while (!over) {
    const id = (await readRunFile(root))?.temporal?.process;
    if (id && isRunning(id)) process.kill(id.pid, 'SIGKILL');
    await sleep(100);
  }
  expect(await up.ended).toBe(1);
  expect(up.out()).toMatch(/the Temporal server \(pid \d+\) has ended 5 times within 60 s.*; stopping …\n/);
  expect(up.err()).toMatch(/the Temporal server \(pid \d+\) has ended 5 times within 60 s/);
  expect(findByArgument(path.join(root, '.regie', 'postgres'))).toEqual([]);
}, 180_000);
