import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/ports.ts';
import { isRunning } from '../../src/processes/processes.ts';
import { readRunFile, type RunFile } from '../../src/processes/run-file.ts';
import { builtProgram } from '../support/built.ts';
import { command } from '../support/command.ts';
import { eventually } from '../support/installation.ts';

/** `regie up` as a new user meets it: a folder with the example configuration, nothing else; then `regie` beside it. */

const file = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const environment = { ...process.env };
let root: string;
let config: string;
let ports: string[];

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'regie-up-'));
  config = path.join(root, 'regie.config.ts');
  // The port of the demo's FTP server too: somebody may be trying it on this machine.
  const example = await readFile(file('regie.config.ts'), 'utf8');
  await writeFile(config, example.replace('port: 2121', `port: ${await freePort()}`));
  // What it names beside itself.
  await cp(file('examples'), path.join(root, 'examples'), { recursive: true });
  ports = ['--port', String(await freePort()), '--ui-port', String(await freePort())];
  for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'DATABASE_URL']) delete process.env[name];
});
afterAll(async () => {
  process.env = environment;
  await rm(root, { recursive: true, force: true });
});

interface Running {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  /** Exit code, once its streams have ended. */
  ended: Promise<number | null>;
}

function up(...args: string[]): Running {
  const child = spawn(process.execPath, [builtProgram, '--config', config, 'up', ...ports, ...args], {
    cwd: file('.'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (text) => (said.out += String(text)));
  child.stderr.on('data', (text) => (said.err += String(text)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, out: () => said.out, err: () => said.err, ended };
}

const regie = (...args: string[]) => command(['--config', config, ...args]);

test('a first start shows the sample; commands find the servers; Ctrl-C ends all; the next start goes on', async () => {
  const first = up('--sample');
  let servers: RunFile;
  try {
    await eventually(() => expect(first.out()).toContain('Ctrl-C'), 100_000);
    const out = first.out();
    expect(out).toMatch(/A sample: \d files/);
    // Three days of 288 observations of two stations; what was refused of one day is missing there.
    expect(out.match(/^DEMO0[12] .* 100 %$/gm)).toHaveLength(5);
    expect(out.match(/^DEMO0[12] .* 99 %$/gm)).toHaveLength(1);
    expect(out).toMatch(/Refused, and why\n.*not JSON from line 1/);
    expect(out).toMatch(/current\.out_temp = "abc"; expected a number/);
    // From the demo's FTP server through the hotfolder: embedded titles, and one of a sidecar.
    expect(out).toMatch(/^ +\d+ +piton des neiges\.png +image +\d+ +Piton des Neiges$/m);
    expect(out).toMatch(/^ +\d+ +quiet lake\.png +image +\d+ +The quiet lake in the evening$/m);
    // A file of the generated calls, made by the first of the example exports.
    expect(out).toMatch(
      /^closed-cards +\d{4}-\d\d-\d\d +\d+ +\d+ +\S+\/data\/exports\/canal\/fiches_cloturees_\d{8}\.csv$/m,
    );
    expect(out).toMatch(/Web UI +http:\/\/127\.0\.0\.1:\d+ +no login/);
    servers = (await readRunFile(root))!;
    expect(isRunning(servers.temporal!.process) && isRunning(servers.postgres!.process)).toBe(true);

    const status = (await regie('svc', 'json', '--status', '--json')).json();
    expect(status).toMatchObject({
      status: {
        state: 'started',
        waiting: [],
        attention: { count: 2 },
        worker: { answers: true },
      },
    });
    // Not from the status: the run that was asked for may have found that a tick had done the work.
    const runs = (await regie('log', 'json', '--json')).out.trim().split('\n');
    expect(runs.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({
        what: 'ended',
        text: 'done',
        data: expect.objectContaining({ counts: expect.objectContaining({ failed: 1, rejected: 3 }) }),
      }),
    );
    const text = await regie('status', 'json');
    expect(text.out).toMatch(/^  to look at +2 open\n/m);
    const doctor = await regie('doctor', '--json');
    expect(doctor.code).toBe(0);
    expect(new Set((doctor.json() as { state: string }[]).map(({ state }) => state))).toEqual(
      new Set(['ok']),
    );
    expect((await regie('library', 'databoxes', '--json')).json()).toMatchObject([
      { name: 'photos', collections: [{ name: 'Intake', records: 3 }, { records: 0 }, { records: 0 }] },
    ]);
    const second = up();
    expect(await second.ended).toBe(1);
    expect(second.err()).toMatch(/already runs here \(pid \d+/);
    await regie('stop', 'agg', '--reason', 'before the end');
  } finally {
    first.child.kill('SIGINT');
    // npm hands on what the terminal has sent already.
    first.child.kill('SIGINT');
  }
  expect(await first.ended).toBe(0);
  expect(first.out()).toMatch(/Stopping the servers …\nStopped\.\n$/);
  expect(isRunning(servers.temporal!.process) || isRunning(servers.postgres!.process)).toBe(false);
  expect(await regie('status')).toMatchObject({ code: 3 });

  const next = up('--sample', '--json');
  try {
    await eventually(() => expect(next.out()).toContain('"ready":true'), 100_000);
    expect(next.out()).not.toContain('"sample"');
    expect((await regie('status', 'agg', '--json')).json()).toMatchObject({
      state: 'stopped',
      reason: 'before the end',
    });
    const log = await regie('log', 'json', '--json');
    expect(log.out).toContain('"ended"');
    expect((await regie('weather', 'stations', '--json')).json()).toMatchObject([
      { station: 'DEMO01' },
      { station: 'DEMO02' },
    ]);
  } finally {
    next.child.kill('SIGTERM');
  }
  expect(await next.ended).toBe(0);
}, 240_000);

test('doctor names what must be mended, and how', async () => {
  await rm(path.join(root, 'data', 'weather', 'inbox'), { recursive: true });
  process.env.DATABASE_URL = `postgres://nobody@127.0.0.1:${await freePort()}/nothing`;
  process.env.TEMPORAL_ADDRESS = `127.0.0.1:${await freePort()}`;
  try {
    const { code, json } = await regie('doctor', '--json');
    expect(code).toBe(1);
    const findings = json() as { what: string; state: string; mend?: string }[];
    expect(findings.filter(({ state }) => state !== 'ok')).toMatchObject([
      { what: 'folder', state: 'warning', found: expect.stringContaining('inbox does not exist') },
      { what: 'database', state: 'problem', mend: expect.stringContaining('DATABASE_URL') },
      { what: 'Temporal server', state: 'problem', mend: expect.stringContaining('TEMPORAL_ADDRESS') },
    ]);
    const { out } = await regie('doctor');
    expect(out).toMatch(/^MEND {2}database .*\n +→ Start it, or correct DATABASE_URL\.$/m);
  } finally {
    delete process.env.DATABASE_URL;
    delete process.env.TEMPORAL_ADDRESS;
  }
});

test('up says who has the port', async () => {
  const { createServer } = await import('node:net');
  const holder = createServer().listen(Number(ports[1]), '127.0.0.1');
  await once(holder, 'listening');
  try {
    const refused = up();
    expect(await refused.ended).toBe(1);
    expect(refused.err()).toContain(`port ${ports[1]}, needed for`);
    expect(refused.err()).toContain(`pid ${process.pid}`);
    expect(refused.err()).toContain('--port');
    // Nothing is left running, and nothing claims the folder.
    expect(await readRunFile(root)).toBeUndefined();
    const pid = await readFile(path.join(root, '.regie', 'postgres', 'postmaster.pid'), 'utf8').catch(
      () => undefined,
    );
    expect(pid).toBeUndefined();
    expect(await readdir(root)).toContain('regie.config.ts');
  } finally {
    holder.close();
  }
});
