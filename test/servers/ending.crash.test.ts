import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureServers, type EnsureOptions, type Servers } from '../../src/servers/local.ts';
import { freePort } from '../support/ports.ts';
import { isRunning } from '../../src/processes/processes.ts';
import { readRunFile } from '../../src/processes/run-file.ts';
import { eventually } from '../support/installation.ts';
import { endServers, serverProcesses } from '../support/left-servers.ts';
import { temporalProgram } from '../support/temporal-program.ts';

/** What a start or an end that is broken off leaves behind: nothing, and nothing in the way of the next start. */

const project = path.resolve(import.meta.dirname, '../..');
const environment = { ...process.env };
let root: string;
let ports: { port: number; uiPort: number };
const owners: ChildProcess[] = [];

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'regie-test-ending-'));
  // Root's PostgreSQL runs as another account, which must get there.
  await chmod(root, 0o755);
  for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'DATABASE_URL']) delete process.env[name];
  process.env['REGIE_TEMPORAL_CLI'] = await temporalProgram();
  process.env['TEMPORAL_CONFIG_FILE'] = path.join(root, 'temporal.toml');
  await writeFile(path.join(root, 'temporal.toml'), '[profile.default]\n');
  ports = { port: await freePort(), uiPort: await freePort() };
});
afterEach(async () => {
  for (const owner of owners.splice(0)) owner.kill('SIGKILL');
  await endServers(root);
  process.env = { ...environment };
  await rm(root, { recursive: true, force: true });
});

const up = (options: EnsureOptions = {}): Promise<Servers> => ensureServers(root, { ...ports, ...options });

/** A process that owns the servers, or is about to. */
function startOwner(): ChildProcess {
  const { port, uiPort } = ports;
  const owner = spawn(
    process.execPath,
    ['--import', 'tsx', path.join(project, 'test/servers/owner.ts'), root, `${port}`, `${uiPort}`],
    { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  owners.push(owner);
  return owner;
}

async function kill(owner: ChildProcess): Promise<void> {
  owner.kill('SIGKILL');
  await once(owner, 'exit');
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

test('servers that hang are ended in a hurry, and what was committed is there after it', async () => {
  const hurry = new AbortController();
  const servers = await up({ hurry: hurry.signal });
  await query(servers.databaseUrl, 'create table kept as select 42 as n');
  const { temporal, postgres } = (await readRunFile(root))!;
  for (const { pid } of [temporal!.process, postgres!.process]) process.kill(pid, 'SIGSTOP');
  const stopped = servers.stop();
  hurry.abort();
  await stopped;
  expect(serverProcesses(root)).toEqual([]);
  expect(await readRunFile(root)).toBeUndefined();

  const next = await up();
  expect(await query(next.databaseUrl, 'select n from kept')).toEqual([42]);
  await next.stop();
}, 120_000);

test('a start that is broken off ends the servers of a killed owner too', async () => {
  const owner = startOwner();
  await once(owner.stdout!, 'data');
  await kill(owner);
  expect(serverProcesses(root)).not.toEqual([]);
  await expect(up({ signal: AbortSignal.abort(new Error('Ctrl-C')) })).rejects.toThrow('Ctrl-C');
  expect(serverProcesses(root)).toEqual([]);
}, 120_000);

test('servers of a killed owner whose data were deleted are ended, not adopted', async () => {
  const owner = startOwner();
  await once(owner.stdout!, 'data');
  const { temporal, postgres } = (await readRunFile(root))!;
  await kill(owner);
  await rm(path.join(root, '.regie'), { recursive: true });
  const servers = await up();
  expect([isRunning(temporal!.process), isRunning(postgres!.process)]).toEqual([false, false]);
  expect(await query(servers.databaseUrl, 'select 1')).toEqual([1]);
  await servers.stop();
}, 120_000);

test('an initdb that goes on for a killed owner is ended before its folder is cleared', async () => {
  const owner = startOwner();
  const made = async () =>
    (await readdir(path.join(root, '.regie')).catch(() => [])).filter((name) =>
      /^postgres\.new-\d+$/.test(name),
    );
  await eventually(async () => {
    const [folder = ''] = await made();
    expect(folder && (await readdir(path.join(root, '.regie', folder)))).toContain('base');
  });
  await kill(owner);
  const servers = await up();
  expect(await made()).toEqual([]);
  await servers.stop();
  expect(serverProcesses(root)).toEqual([]);
}, 120_000);
