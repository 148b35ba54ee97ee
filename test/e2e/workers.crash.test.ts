import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';
import { dice } from '../support/killer/seed.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import { deliver } from './support/deliver.ts';
import { killAll, regie, type Program } from './support/program.ts';
import { hashesIn, hashesOf, keptIn, snapshot, verified } from './support/snapshot.ts';
import { Victims } from './support/victims.ts';
import { aggregating, loading, waves, weather, type InputFile } from './support/waves.ts';

/** Two worker processes on one installation, through the real engine; then one after the other is killed. */

const random = dice(import.meta.filename)('workers');
const [first, second, third] = waves() as [InputFile[], InputFile[], InputFile[]];
let at: TestInstallation;
let calm: { root: string; database: TestDatabase };
let config: string;
let workers: Program[] = [];
const victims = new Victims();

beforeAll(async () => {
  const input = {
    installation: 'workers-test',
    weather,
    tasks: [
      { name: 'svcLoadJson', kind: 'loadJson', every: '5s', settings: loading },
      { name: 'svcAggregate', kind: 'aggregate', every: '5s', after: 'svcLoadJson', settings: aggregating },
    ],
  };
  at = await startInstallation(input);
  config = path.join(at.root, 'regie.config.ts');
  writeFileSync(config, `export default ${JSON.stringify(input)};\n`);
  calm = { root: mkdtempSync(path.join(tmpdir(), 'regie-calm-')), database: await freshDatabase() };
  for (const root of [at.root, calm.root]) mkdirSync(inboxOf(root), { recursive: true });
  workers = await Promise.all([startWorker(), startWorker()]);
});
afterAll(async () => {
  await killAll();
  await victims.close();
  await at?.close();
  await calm?.database.drop();
  if (calm) rmSync(calm.root, { recursive: true });
});

const inboxOf = (root: string) => path.join(root, 'data/weather/inbox');

async function startWorker(): Promise<Program> {
  const worker = regie(['worker', '--config', config, '--json'], {
    DATABASE_URL: at.databaseUrl,
    TEMPORAL_ADDRESS: at.where.address,
    TEMPORAL_NAMESPACE: at.where.namespace,
  });
  await worker.says('"ready"');
  return worker;
}

async function count(sql: string): Promise<number> {
  const { rows } = await at.pool.query<{ count: number }>(`select count(*)::int as count from ${sql}`);
  return rows[0]!.count;
}

/** The worker that works on a run now, of those that still live. */
async function busyWorker(): Promise<Program | undefined> {
  const { rows } = await at.pool.query<{ id: string; run_id: string }>(
    'select id, run_id from regie.run where ended_at is null order by task desc',
  );
  for (const { id, run_id } of rows) {
    const { raw } = await at.client.workflow.getHandle(id, run_id).describe();
    const identity = raw.pendingActivities?.[0]?.lastWorkerIdentity;
    const found = workers.find(({ pid }) => identity?.startsWith(`${pid}@`));
    if (found) return found;
  }
  return undefined;
}

/** Waits until all that was delivered is loaded and aggregated, and no run is in progress. */
async function drained(files: number): Promise<void> {
  await eventually(async () => {
    expect(await count('weather.file')).toBe(files);
    expect(keptIn(path.dirname(inboxOf(at.root))).left).toEqual([]);
    expect(await count('weather.dirty_hour')).toBe(0);
    expect(await count('regie.run where ended_at is null')).toBe(0);
  }, 90_000);
}

/** Compares with what the loader and the aggregator alone make of the same files. */
async function sameAsUndisturbed(delivered: readonly InputFile[], news: readonly InputFile[]): Promise<void> {
  deliver(inboxOf(calm.root), news);
  const order = { root: calm.root, databaseUrl: calm.database.url, newRun: false, rehearse: false };
  expect(await victims.run(order)).toBe('drained');
  expect(await snapshot(at.databaseUrl)).toEqual(await snapshot(calm.database.url));
  const kept = keptIn(path.dirname(inboxOf(at.root)));
  expect(kept).toEqual(keptIn(path.dirname(inboxOf(calm.root))));
  expect(hashesIn(kept)).toEqual(hashesOf(delivered));
  expect(await verified(at.databaseUrl)).toMatchObject({ equal: true, pending: 0 });
}

test('two workers and overlapping triggers load no file twice', async () => {
  deliver(inboxOf(at.root), first);
  const schedules = ['svcLoadJson', 'svcAggregate'].map((task) => at.client.schedule.getHandle(task));
  for (let i = 0; i < 4; i++)
    await Promise.all(schedules.map((schedule) => schedule.trigger(ScheduleOverlapPolicy.ALLOW_ALL)));
  await drained(first.length);
  await sameAsUndisturbed(first, first);
}, 120_000);

test('workers killed with -9 in the middle of runs lose nothing and repeat nothing', async () => {
  deliver(inboxOf(at.root), second);
  let goal = first.length;
  for (let kills = 0; kills < 2; kills += 1) {
    goal += Math.ceil((second.length / 3) * random());
    await eventually(async () => expect(await count('weather.file')).toBeGreaterThanOrEqual(goal), 60_000);
    const victim = (await busyWorker()) ?? workers[0]!;
    victim.process.kill('SIGKILL');
    expect(await victim.ended).toBe('SIGKILL');
    workers = [...workers.filter((worker) => worker !== victim), await startWorker()];
  }
  await drained(first.length + second.length);
  await sameAsUndisturbed([...first, ...second], second);
}, 150_000);

test('all workers killed at once: the next one goes on', async () => {
  deliver(inboxOf(at.root), third);
  const goal = first.length + second.length + Math.ceil(third.length / 2);
  await eventually(async () => expect(await count('weather.file')).toBeGreaterThanOrEqual(goal), 60_000);
  for (const { process } of workers) process.kill('SIGKILL');
  expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual(['SIGKILL', 'SIGKILL']);
  workers = [await startWorker()];
  const all = [...first, ...second, ...third];
  await drained(all.length);
  await sameAsUndisturbed(all, third);
  // A run that outlived its worker is done, not failed.
  expect(await count("regie.run where outcome = 'failed'")).toBe(0);
  workers[0]!.process.kill('SIGINT');
  expect(await workers[0]!.ended).toBe(0);
}, 150_000);
