import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPool } from '../../src/store/connection.ts';
import { freePort } from '../../src/servers/ports.ts';
import { startPostgres, type RunningPostgres } from '../../src/servers/postgres.ts';
import { findByArgument, isRunning } from '../../src/processes/processes.ts';

/** One data folder for all, as `initdb` takes longest; no test leaves a server running on it. */
let home: string;
let data: string;

async function started<T>(work: (server: RunningPostgres) => Promise<T>): Promise<T> {
  const server = await startPostgres({ home, settings: { fsync: 'off' } });
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return Object.values(((await client.query(sql)).rows as object[])[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'regie-test-postgres-only-'));
  data = path.join(home, 'postgres');
  await started(() => Promise.resolve());
});

afterAll(async () => {
  expect(findByArgument(data)).toEqual([]);
  await rm(home, { recursive: true });
});

test('the same database on every machine: UTF-8, builtin locale, UTC', async () => {
  await started(async ({ url }) => {
    expect(await ask(url, 'show server_encoding')).toBe('UTF8');
    expect(
      await ask(
        url,
        "select format('%s %s', datlocprovider, datlocale) from pg_database where datname = current_database()",
      ),
    ).toBe('b C.UTF-8');
    expect(await ask(url, "select upper('é') || current_setting('timezone')")).toBe('ÉUTC');
    expect(await ask(url, 'show jit')).toBe('off');
  });
});

test('a second start adopts the running server, and keeps its port afterwards', async () => {
  const port = await started(async (first) => {
    const second = await startPostgres({ home });
    expect(second).toMatchObject({ url: first.url, process: first.process, adopted: true });
    return first.port;
  });
  await started(async (again) => {
    expect(again.adopted).toBe(false);
    expect(again.port).toBe(port);
  });
});

test('another port is taken when somebody else has the last one', async () => {
  const port = await started((server) => Promise.resolve(server.port));
  const stranger = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('ready'))`,
  ]);
  await once(stranger.stdout, 'data');
  try {
    await started(async (server) => {
      expect(server.port).not.toBe(port);
      expect(await ask(server.url, 'select 1')).toBe(1);
    });
  } finally {
    stranger.kill('SIGKILL');
    await once(stranger, 'exit');
  }
});

test('stop ends sessions that are busy, and what was committed is there after a kill', async () => {
  const pool = await started(async (server) => {
    await ask(server.url, 'create table marks (n int)');
    const open = openPool(server.url);
    const busy = open.query('select pg_sleep(600)').catch((error: Error) => error.message);
    await expect
      .poll(() => ask(server.url, "select count(*)::int from pg_stat_activity where wait_event = 'PgSleep'"))
      .toBeGreaterThan(0);
    return { open, busy };
  });
  expect(await pool.busy).toMatch(/terminat/);
  await pool.open.end();

  const killed = await startPostgres({ home });
  await ask(killed.url, 'insert into marks values (1)');
  process.kill(killed.process.pid, 'SIGKILL');
  await expect.poll(() => isRunning(killed.process)).toBe(false);
  await started(async ({ url }) => expect(await ask(url, 'select count(*)::int from marks')).toBe(1));
});

test('a postmaster.pid whose pid is another program now does not keep it from starting', async () => {
  const lines = await started(() => readFile(path.join(data, 'postmaster.pid'), 'utf8'));
  // This very process has that pid.
  await writeFile(path.join(data, 'postmaster.pid'), lines.replace(/^\d+/, `${process.pid}`));
  await started(async ({ url }) => expect(await ask(url, 'select 1')).toBe(1));
});

test('a lost password is named, not replaced', async () => {
  const file = path.join(home, 'postgres.password');
  await rename(file, `${file}.away`);
  await expect(startPostgres({ home })).rejects.toThrow(`${file} is missing`);
  await rename(`${file}.away`, file);
});

test("another PostgreSQL's data folder is refused with both versions", async () => {
  const file = path.join(data, 'PG_VERSION');
  const made = await readFile(file, 'utf8');
  await writeFile(file, '14\n');
  await expect(startPostgres({ home })).rejects.toThrow(/made by PostgreSQL 14, installed is 18/);
  await writeFile(file, made);
});

test('a setting that the server refuses is told in its own words', async () => {
  await expect(startPostgres({ home, settings: { shared_buffers: 'plenty' } })).rejects.toThrow(
    /did not start on .*\n[^]*shared_buffers/,
  );
  expect(findByArgument(data)).toEqual([]);
});

test('a killed initdb leaves nothing in the way', async () => {
  const other = await mkdtemp(path.join(tmpdir(), 'regie-test-postgres-half-'));
  try {
    // By a process that no longer runs.
    const abandoned = path.join(other, `postgres.new-${2 ** 22 + 1}`);
    await mkdir(abandoned);
    await writeFile(path.join(abandoned, 'PG_VERSION'), '18\n');
    const server = await startPostgres({ home: other, settings: { fsync: 'off' } });
    await server.stop();
    expect((await readdir(other)).sort()).toEqual(['postgres', 'postgres.log', 'postgres.password']);
    expect((await stat(path.join(other, 'postgres.password'))).mode & 0o777).toBe(0o600);
  } finally {
    await rm(other, { recursive: true });
  }
});

test('starting twice at once on one folder gives one server', async () => {
  const both = await Promise.allSettled([startPostgres({ home }), startPostgres({ home })]);
  const servers = both.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
  expect(new Set(servers.map(({ process: id }) => id.pid)).size).toBe(1);
  await servers[0]!.stop();
  expect(await freePort(servers[0]!.port)).toBe(servers[0]!.port);
});
