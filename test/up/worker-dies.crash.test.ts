import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { killAll, regie as start, type Program } from '../e2e/support/program.ts';
import { parentOf } from '../../src/processes/processes.ts';
import { builtProgram } from '../support/built.ts';
import { command } from '../support/command.ts';
import { eventually } from '../support/installation.ts';
import { keptWorkers } from '../support/kept-workers.ts';
import { freshDatabase } from '../support/postgres.ts';
import { freshNamespace } from '../support/temporal.ts';

/** The worker of `regie up` dies, of whatever its tasks do: `up` lives, and starts it again. */

/** Each dies at its first run, and does its work at the next; `deaf` hears nothing, `endless` lets nobody hear anything. */
const kinds = `import { existsSync, writeFileSync } from 'node:fs';
import { defineConfig, defineKind, z } from 'regie';
const done = { outcome: 'done', counts: {}, changed: false };
const kind = (name, work) => defineKind({
  name, aliases: [], summary: name, settings: z.strictObject({}), every: '1h', poll: async () => ({ work: true }), work,
  folders: (_, root) => [root + '/data'],
});
const deadly = (name, die) => kind(name, async ({ config }) => {
  const mark = config.root + '/' + name;
  if (existsSync(mark)) return done;
  writeFileSync(mark, '');
  die();
  await new Promise(() => {});
});
const kinds = [
  deadly('stray', () => setTimeout(() => { throw new TypeError('thrown\\nwhere nobody catches it') })),
  deadly('rejected', () => void Promise.reject(new Error('nobody awaits it'))),
  deadly('leaving', () => setTimeout(() => { console.error('I am off'); process.exit(3) })),
  deadly('killed', () => process.kill(process.pid, 'SIGKILL')),
  deadly('greedy', () => { const all = []; for (;;) all.push(Array.from({ length: 10_000 }, Math.random)) }),
  kind('steady', async () => { console.log('steady as ever'); return done; }),
  kind('deaf', () => { process.stderr.write('deaf has begun\\n'); return new Promise(() => {}); }),
  kind('endless', () => { process.stderr.write('endless has begun\\n'); for (;;); }),
];
export default defineConfig({ kinds, tasks: kinds.map(({ name }) => ({ name, kind: name, settings: {} })) });
`;

const environment = { ...process.env };
let root: string;
let config: string;
let database: Awaited<ReturnType<typeof freshDatabase>>;

beforeEach(async () => {
  const [fresh, where] = await Promise.all([freshDatabase(), freshNamespace()]);
  database = fresh;
  root = mkdtempSync(path.join(tmpdir(), 'regie-dies-'));
  config = path.join(root, 'regie.config.ts');
  writeFileSync(config, kinds);
  process.env['TEMPORAL_ADDRESS'] = where.address;
  process.env['TEMPORAL_NAMESPACE'] = where.namespace;
  process.env['DATABASE_URL'] = database.url;
});
afterEach(async () => {
  await killAll();
  process.env = { ...environment };
  await database.drop();
  rmSync(root, { recursive: true });
});

async function up(env: Record<string, string> = {}): Promise<Program> {
  const program = start(['up', '--config', config], env);
  await program.says('Ctrl-C');
  return program;
}
const regie = (...args: string[]) => command([...args, '--config', config]);

/** Asks for a run, and waits until it is done: `--wait` does not where the worker is too busy to answer at once. */
async function runs(task: string): Promise<void> {
  expect(await regie('run', task)).toMatchObject({ code: 0 });
  await eventually(async () => {
    const { code, out } = await regie('status', task, '--json');
    expect({ code, status: JSON.parse(out) as object }).toMatchObject({
      code: 0,
      status: { lastRun: { outcome: 'done' }, worker: { answers: true } },
    });
  }, 60_000);
}

async function expectEnded(program: Program): Promise<void> {
  program.process.kill('SIGINT');
  expect(await program.ended).toBe(0);
  expect(program.out()).toMatch(/Stopping: .*\nStopped\.\n$/);
  expect(keptWorkers(config)).toEqual([]);
}

test('it is told and started again, its run is begun anew, and all else goes on', async () => {
  const program = await up({ NODE_OPTIONS: '--max-old-space-size=250' });
  const [first] = keptWorkers(config);
  const deaths = [
    ['stray', /thrown where nobody catches it/],
    ['rejected', /nobody awaits it/],
    ['leaving', /exit code 3: I am off/],
    ['killed', /SIGKILL/],
    ['greedy', /out of memory/],
  ] as const;
  for (const [task, how] of deaths) {
    const told = new RegExp(
      `^the worker \\(pid \\d+\\) has ended unexpectedly \\(${how.source}\\); starting it again( in \\d+ s)? …$`,
      'm',
    );
    await runs(task);
    expect({ out: program.out(), err: program.err() }).toMatchObject({ out: expect.stringMatching(told) });
  }
  expect(program.out().match(/^the worker runs again \(pid \d+\)$/gm)).toHaveLength(deaths.length);
  expect(program.err()).toContain('where nobody catches it');
  await runs('steady');
  // What a task prints is what `up` prints.
  expect(program.out()).toMatch(/^steady as ever$/m);
  expect(keptWorkers(config)).toHaveLength(1);
  expect(keptWorkers(config)).not.toContain(first);
  await expectEnded(program);
}, 240_000);

test('a worker that is told to end by a signal of its own is started again too', async () => {
  const program = await up();
  process.kill(keptWorkers(config)[0]!, 'SIGTERM');
  await program.says(/has ended unexpectedly \(exit code 0\); starting it again …\nthe worker runs again/);
  await expectEnded(program);
}, 120_000);

test("a terminal's Ctrl-C reaches `up` alone, which lets the worker drain, or drops it", async () => {
  const child = spawn(process.execPath, [builtProgram, 'up', '--config', config], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const says = (words: string) => eventually(() => expect(said).toContain(words), 60_000);
  try {
    await says('Ctrl-C');
    expect(await regie('run', 'deaf')).toMatchObject({ code: 0 });
    await says('deaf has begun');
    process.kill(-child.pid!, 'SIGINT');
    await says('Waiting for the run of deaf');
    await sleep(1_000);
    expect(keptWorkers(config)).toHaveLength(1);
    process.kill(-child.pid!, 'SIGINT');
    expect(await ended).toBe(130);
    expect(said).toMatch(/Stopping at once: .*\nStopped\.\n$/);
    expect(keptWorkers(config)).toEqual([]);
  } finally {
    child.kill('SIGKILL');
  }
}, 120_000);

async function endless(): Promise<Program> {
  const program = await up();
  expect(await regie('run', 'endless')).toMatchObject({ code: 0 });
  await eventually(() => expect(program.err()).toContain('endless has begun'), 30_000);
  return program;
}

test('a second Ctrl-C ends a worker that hears nothing', async () => {
  const program = await endless();
  program.process.kill('SIGINT');
  await sleep(1_500);
  program.process.kill('SIGINT');
  expect(await program.ended).toBe(130);
  expect(program.out()).toMatch(/The worker \(pid \d+\) does not end; it is killed\.\nStopped\.\n$/);
  expect(keptWorkers(config)).toEqual([]);
}, 120_000);

test('the worker of a killed `up` ends by itself', async () => {
  const program = await up();
  const [worker] = keptWorkers(config);
  expect(parentOf(worker!)).toBe(program.pid);
  program.process.kill('SIGKILL');
  await eventually(() => expect(keptWorkers(config)).toEqual([]), 30_000);
}, 120_000);

test('one that cannot is ended by the next `up`, at its end at the latest', async () => {
  const killed = await endless();
  killed.process.kill('SIGKILL');
  await killed.ended;
  const [left] = keptWorkers(config);
  const next = await up();
  expect(keptWorkers(config)).toContain(left);
  await expectEnded(next);
}, 120_000);

test('what the first one cannot start by ends `up`; nothing is left', async () => {
  mkdirSync(path.join(root, 'data/.regie'), { recursive: true });
  writeFileSync(path.join(root, 'data/.regie/installation-id'), 'of another one\n');
  const program = start(['up', '--config', config]);
  expect(await program.ended).toBe(1);
  expect(program.err()).toMatch(/data belongs to another installation/);
  expect(program.out()).not.toContain('starting it again');
  expect(keptWorkers(config)).toEqual([]);
}, 120_000);
