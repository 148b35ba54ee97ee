import { Connection } from '@temporalio/client';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, copyFile, link, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { unavailableServers } from '../../src/temporal/unavailable.ts';
import { attach, ensureServers, type EnsureOptions, type Servers } from '../../src/servers/local.ts';
import { AlreadyRunning, lockHome } from '../../src/processes/owner-lock.ts';
import { PortInUse } from '../../src/processes/port-holder.ts';
import { freePort } from '../support/ports.ts';
import { canEnter, serverAccount } from '../../src/servers/postgres-account.ts';
import { endProcess, findByArgument, identify, isRunning } from '../../src/processes/processes.ts';
import { readRunFile } from '../../src/processes/run-file.ts';
import { socketsOf } from '../support/listening-sockets.ts';
import { temporalProgram } from '../support/temporal-program.ts';

const isRoot = process.getuid?.() === 0;
const project = path.resolve(import.meta.dirname, '../..');
const nobody = isRoot ? await serverAccount() : undefined;

let root: string;
let port: number;
let uiPort: number;
/** What a test leaves to be undone, last first; vitest's own hook of that kind runs too late, after `afterEach`. */
const undo: (() => unknown)[] = [];

function afterTest(work: () => unknown): void {
  undo.push(work);
}

beforeAll(async () => {
  // Found once: a search asks every candidate for its help text.
  process.env.REGIE_TEMPORAL_CLI = await temporalProgram();
});

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'regie-test-local-'));
  await chmod(root, 0o755);
  // The tester's own servers and profiles must not matter.
  delete process.env.TEMPORAL_ADDRESS;
  delete process.env.DATABASE_URL;
  process.env.TEMPORAL_CONFIG_FILE = path.join(root, 'temporal.toml');
  await writeFile(process.env.TEMPORAL_CONFIG_FILE, '[profile.default]\n');
  [port, uiPort] = [await freePort(), await freePort()];
});

afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work();
  const left = serverProcesses(root);
  for (const pid of left) await endProcess(identify(pid) ?? { pid, started: '' }, 5_000);
  await rm(root, { recursive: true });
  expect(left, 'servers left running').toEqual([]);
});

function serverProcesses(folder: string): number[] {
  return [
    ...findByArgument(path.join(folder, '.regie/temporal.db')),
    ...findByArgument(path.join(folder, '.regie/postgres')),
  ];
}

async function up(options: EnsureOptions = {}): Promise<Servers> {
  const servers = await ensureServers(root, { port, uiPort, ...options });
  afterTest(() => servers.stop());
  return servers;
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

async function namespaces(address: string): Promise<(string | null | undefined)[]> {
  const connection = await Connection.connect({ address });
  try {
    const { namespaces: found } = await connection.workflowService.listNamespaces({});
    return found.map(({ namespaceInfo }) => namespaceInfo?.name);
  } finally {
    await connection.close();
  }
}

/** Runs `owner.ts` until its servers are up. */
async function startOwner(account?: { uid: number; gid: number }): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', path.join(project, 'test/servers/owner.ts'), root, `${port}`, `${uiPort}`],
    { cwd: project, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, HOME: root }, ...account },
  );
  afterTest(() => void child.kill('SIGKILL'));
  const said = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  expect(String(said[0])).toContain('"owned":true');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('ensureServers', () => {
  test('starts both servers, refuses a second owner, stops both, and finds everything as it was', async () => {
    const servers = await up();
    expect(servers).toMatchObject({
      temporalAddress: `127.0.0.1:${port}`,
      uiUrl: `http://127.0.0.1:${uiPort}`,
      owned: true,
    });
    expect(await attach(root)).toEqual({
      temporalAddress: servers.temporalAddress,
      uiUrl: servers.uiUrl,
      databaseUrl: servers.databaseUrl,
    });
    const second = ensureServers(root, { port, uiPort });
    await expect(second).rejects.toThrow(AlreadyRunning);
    await expect(second).rejects.toThrow(`pid ${process.pid}`);

    expect(await query(servers.databaseUrl, 'show data_checksums')).toEqual(['on']);
    expect(await query(servers.databaseUrl, 'show fsync')).toEqual(['on']);
    await query(servers.databaseUrl, 'create table kept as select 42 as n');
    const ui = await fetch(servers.uiUrl!);
    expect(ui.status).toBe(200);
    await ui.text();
    const connection = await Connection.connect({ address: servers.temporalAddress });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: 'default',
    });
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(['RegieTask', 'RegieKind']));
    await connection.workflowService.registerNamespace({
      namespace: 'kept',
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    await connection.close();

    await servers.stop();
    await servers.stop();
    expect(serverProcesses(root)).toEqual([]);
    expect(await readRunFile(root)).toBeUndefined();
    expect(await attach(root)).toBeUndefined();

    const again = await up();
    expect(again.databaseUrl).toBe(servers.databaseUrl);
    expect(await query(again.databaseUrl, 'select n from kept')).toEqual([42]);
    expect(await namespaces(again.temporalAddress)).toContain('kept');
  });

  test('keeps secrets to their owner, and listens on loopback alone', async () => {
    await up();
    const home = path.join(root, '.regie');
    const mode = async (name: string) => ((await stat(path.join(home, name))).mode & 0o777).toString(8);
    // Root's server runs as another account, which must pass through, not look.
    expect(await mode('.')).toBe(isRoot ? '711' : '700');
    for (const name of [
      'run.json',
      'postgres.password',
      'postgres.log',
      'temporal.log',
      'temporal.db',
      'up.lock.1',
    ]) {
      expect([name, await mode(name)]).toEqual([name, '600']);
    }
    expect(await mode('postgres')).toBe('700');

    const { temporal, postgres } = (await readRunFile(root))!;
    const password = (await readFile(path.join(home, 'postgres.password'), 'utf8')).trim();
    expect(postgres!.url).toContain(`:${password}@127.0.0.1:`);
    const wrong = postgres!.url.replace(password, 'wrong');
    await expect(query(wrong, 'select 1')).rejects.toThrow('password authentication failed');

    if (process.platform !== 'linux') return;
    for (const { pid } of [temporal!.process, postgres!.process]) {
      const listening = socketsOf(pid);
      expect(listening.length).toBeGreaterThan(0);
      expect(listening.filter(({ address }) => !isLoopback(address))).toEqual([]);
      // In a session of its own: the terminal's Ctrl-C does not reach it.
      const [, , group, session] = (await readFile(`/proc/${pid}/stat`, 'utf8'))
        .replace(/.*\) /, '')
        .split(' ');
      const [, , , ours] = (await readFile('/proc/self/stat', 'utf8')).replace(/.*\) /, '').split(' ');
      expect(session).toBe(group);
      expect(session).not.toBe(ours);
    }
  });

  test('adopts the servers of a killed owner', async () => {
    const owner = await startOwner();
    const before = (await readRunFile(root))!;
    await query(before.postgres!.url, 'create table kept as select 42 as n');
    await expect(ensureServers(root, { port, uiPort })).rejects.toThrow(`pid ${owner.pid}`);
    await kill(owner);

    const servers = await up();
    const after = (await readRunFile(root))!;
    expect(after.owner.pid).toBe(process.pid);
    expect(after.temporal).toEqual(before.temporal);
    expect(after.postgres).toEqual(before.postgres);
    expect(await query(servers.databaseUrl, 'select n from kept')).toEqual([42]);
    await servers.stop();
    expect(serverProcesses(root)).toEqual([]);
  });

  test('ends orphans that do not fit: another port, a server that is hung', async () => {
    const owner = await startOwner();
    const before = (await readRunFile(root))!;
    await kill(owner);
    // The owner also died before it had written where its servers are.
    await rm(path.join(root, '.regie/run.json'));
    process.kill(before.postgres!.process.pid, 'SIGKILL');

    const other = await freePort();
    const servers = await up({ port: other });
    expect(servers.temporalAddress).toBe(`127.0.0.1:${other}`);
    expect(isRunning(before.temporal!.process)).toBe(false);
    expect(await query(servers.databaseUrl, 'select 1')).toEqual([1]);
    expect(serverProcesses(root)).toHaveLength(2);
  });

  test('a taken port is refused with the name of who has it, and nothing stays behind', async () => {
    const stranger: Server = createServer().listen(port, '127.0.0.1');
    await once(stranger, 'listening');
    afterTest(() => void stranger.close());
    const refused = ensureServers(root, { port, uiPort });
    await expect(refused).rejects.toThrow(PortInUse);
    await expect(refused).rejects.toThrow(new RegExp(`port ${port}, .*node.*pid ${process.pid}.*--port`));
    expect(serverProcesses(root)).toEqual([]);
    expect(await readRunFile(root)).toBeUndefined();
    await (await lockHome(path.join(root, '.regie'))).release();
  });

  test('a taken port of the Web UI is named as such', async () => {
    const stranger: Server = createServer().listen(uiPort, '127.0.0.1');
    await once(stranger, 'listening');
    afterTest(() => void stranger.close());
    await expect(ensureServers(root, { port, uiPort })).rejects.toThrow(
      `port ${uiPort}, needed for Temporal's Web UI`,
    );
  });

  test('starts nothing where servers are configured', async () => {
    process.env.TEMPORAL_ADDRESS = '127.0.0.1:1';
    process.env.DATABASE_URL = 'postgres://somebody@127.0.0.1:1/somewhere';
    const outside = await up();
    expect(outside).toMatchObject({
      temporalAddress: '127.0.0.1:1',
      databaseUrl: 'postgres://somebody@127.0.0.1:1/somewhere',
      owned: false,
    });
    // Several such processes may run at once.
    expect((await up()).owned).toBe(false);
    await expect(stat(path.join(root, '.regie'))).rejects.toThrow('ENOENT');

    delete process.env.DATABASE_URL;
    const half = await up();
    expect(half.temporalAddress).toBe('127.0.0.1:1');
    expect(await query(half.databaseUrl, 'select 1')).toEqual([1]);
    expect(await attach(root)).toMatchObject({
      temporalAddress: '127.0.0.1:1',
      databaseUrl: half.databaseUrl,
    });
    expect(findByArgument(path.join(root, '.regie/temporal.db'))).toEqual([]);
  });

  test('breaking off the start stops what has started', async () => {
    const abort = new AbortController();
    const starting = ensureServers(root, {
      port,
      uiPort,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await expect(starting).rejects.toThrow(/abort/i);
    expect(serverProcesses(root)).toEqual([]);
  });

  test('starts dead servers again: same ports, same data, told to the operator', async () => {
    const lines: string[] = [];
    const servers = await up({ onProgress: (line) => lines.push(line), pace: { interval: 50 } });
    const before = (await readRunFile(root))!;
    await query(servers.databaseUrl, 'create table kept as select 42 as n');
    const connection = await Connection.connect({ address: servers.temporalAddress });
    afterTest(() => connection.close());
    await connection.workflowService.registerNamespace({
      namespace: 'kept',
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    // A session in a long statement outlives the server; it must not keep the next one from starting.
    const busy = new pg.Client({ connectionString: servers.databaseUrl });
    busy.on('error', () => undefined);
    await busy.connect();
    const { rows } = await busy.query<{ pid: number }>('select pg_backend_pid() as pid');
    const endless = busy.query('select sum(n) from generate_series(1, 1e12) n').then(
      () => 'done',
      () => 'broken',
    );
    const orphan = identify(rows[0]!.pid)!;

    process.kill(before.temporal!.process.pid, 'SIGKILL');
    process.kill(before.postgres!.process.pid, 'SIGKILL');
    await expect.poll(() => servers.losses(), { timeout: 20_000 }).toBe(2);
    expect(await unavailableServers(root)).not.toEqual([]);
    await servers.back(AbortSignal.timeout(50_000));
    expect(await endless).toBe('broken');
    expect(isRunning(orphan)).toBe(false);
    expect(await unavailableServers(root)).toEqual([]);

    const after = (await readRunFile(root))!;
    expect(after.postgres).toMatchObject({ url: servers.databaseUrl, port: before.postgres!.port });
    expect(after.temporal).toMatchObject({ address: servers.temporalAddress });
    expect(isRunning(after.temporal!.process) && isRunning(after.postgres!.process)).toBe(true);
    expect(await query(servers.databaseUrl, 'select n from kept')).toEqual([42]);
    expect(await namespaces(servers.temporalAddress)).toContain('kept');
    for (const name of ['the Temporal server', 'PostgreSQL']) {
      expect(lines).toContainEqual(expect.stringMatching(`^${name} \\(pid \\d+\\) has ended unexpectedly`));
      expect(lines).toContainEqual(expect.stringMatching(`^${name} runs again`));
    }
    await servers.stop();
    expect(serverProcesses(root)).toEqual([]);
  });

  test('can be stopped while a server is away', async () => {
    const servers = await up({ pace: { interval: 20, firstWait: 200 } });
    const { temporal, postgres } = (await readRunFile(root))!;
    for (const { pid } of [temporal!.process, postgres!.process]) process.kill(pid, 'SIGKILL');
    await expect.poll(() => servers.losses(), { timeout: 20_000 }).toBe(2);
    await servers.stop();
    expect(serverProcesses(root)).toEqual([]);
    expect(await readRunFile(root)).toBeUndefined();
  });

  test('an ordinary user can run them, and SIGTERM to the owner stops them before it ends', async ({
    skip,
  }) => {
    if (nobody) {
      if (!(await canEnter(nobody, project))) skip('an ordinary user cannot enter this checkout');
      await chown(root, nobody.uid, nobody.gid);
      // The tester's copy may lie in a closed home.
      const shared = await mkdtemp(path.join(tmpdir(), 'regie-test-cli-'));
      afterTest(() => rm(shared, { recursive: true }));
      await chmod(shared, 0o755);
      const cli = path.join(shared, 'temporal');
      const original = process.env.REGIE_TEMPORAL_CLI!;
      await link(original, cli).catch(() => copyFile(original, cli));
      process.env.REGIE_TEMPORAL_CLI = cli;
      afterTest(() => (process.env.REGIE_TEMPORAL_CLI = original));
    }
    const owner = await startOwner(nobody && { uid: nobody.uid, gid: nobody.gid });
    expect((await stat(path.join(root, '.regie'))).mode & 0o777).toBe(0o700);
    const { postgres, temporal } = (await readRunFile(root))!;
    expect(await query(postgres!.url, 'select 1')).toEqual([1]);
    expect(await namespaces(temporal!.address)).toContain('default');
    expect(serverProcesses(root)).toHaveLength(2);
    owner.kill('SIGTERM');
    await once(owner, 'exit');
    expect(serverProcesses(root)).toEqual([]);
  });

  test.runIf(isRoot)('root below a closed folder: the database goes where its account can get', async () => {
    await chmod(root, 0o700);
    process.env.TEMPORAL_ADDRESS = '127.0.0.1:1';
    const lines: string[] = [];
    const servers = await up({ onProgress: (line) => lines.push(line) });
    expect(await query(servers.databaseUrl, 'select 1')).toEqual([1]);
    const [place] = await query(servers.databaseUrl, 'show data_directory');
    expect(place).toMatch(/^\/var\/lib\/regie\/[0-9a-f]{16}\/postgres$/);
    expect(lines[0]).toContain(path.dirname(place as string));
    await servers.stop();
    expect(findByArgument(place as string)).toEqual([]);
    await rm(path.dirname(place as string), { recursive: true });
  });
});

/** 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104 as a little-endian machine prints them in /proc/net. */
function isLoopback(address: string): boolean {
  return (
    /^.{6}7F$/.test(address) ||
    address === '00000000000000000000000001000000' ||
    /^0{16}FFFF0000.{6}7F$/.test(address)
  );
}
