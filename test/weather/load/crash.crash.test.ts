import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { snapshot } from './snapshot.ts';
import { entryA, itemA, openLoader, type Loader } from './support.ts';

/** What a loader does to a disk. A run that dies does none of it any more. */
const DISK = [
  'mkdirSync',
  'readFileSync',
  'renameSync',
  'linkSync',
  'unlinkSync',
  'rmdirSync',
  'openSync',
  'writeFileSync',
  'fsyncSync',
] as const;

class Killed extends Error {}

/**
 * Ends a run as kill −9 does, before its n-th step on disk or database: from there on no step has any effect,
 * and the connection is gone without a word.
 */
class Killer {
  steps = 0;
  private readonly originals = DISK.map((name) => [name, fs[name]] as const);
  private readonly at: number;
  private session: PoolClient | undefined;

  constructor(at: number) {
    this.at = at;
  }

  arm(): void {
    for (const [name, original] of this.originals) {
      const call = original as (...args: unknown[]) => unknown;
      Object.assign(fs, {
        [name]: (...args: unknown[]) => {
          this.step();
          return call(...args);
        },
      });
    }
    syncBuiltinESMExports();
  }

  watch(db: PoolClient): void {
    this.session = db;
    // Without a listener a session that breaks would end the process.
    db.on('error', () => undefined);
    const query = db.query.bind(db) as (...args: unknown[]) => unknown;
    Object.assign(db, {
      query: (...args: unknown[]) => {
        this.step();
        return query(...args);
      },
    });
  }

  disarm(): void {
    Object.assign(fs, Object.fromEntries(this.originals));
    syncBuiltinESMExports();
    if (this.session) delete (this.session as Partial<PoolClient>).query;
  }

  private step(): void {
    this.steps += 1;
    if (this.steps < this.at) return;
    const { connection } = this.session as unknown as { connection: { stream: { destroy(): void } } };
    connection.stream.destroy();
    throw new Killed(`killed before step ${this.steps}`);
  }
}

const day = (time: string) => `2021-06-11T${time}:00`;

/** Some files of every kind. */
function fill(loader: Loader): void {
  loader.put('a/day.json', [
    entryA('MTG280', itemA(day('10:00'), { rain: 1 }), itemA(day('10:05'), { rain: 2 })),
  ]);
  loader.put('b/day.json', [
    entryA('MTG280', itemA(day('10:05'), { rain: 3 }), itemA(day('11:05'), { rain: 'x' })),
  ]);
  loader.put('broken.json', '[{"meteor": ');
  loader.put('c/day.json', [entryA('MTG280', itemA(day('10:05'), { rain: 4 }, { force_replace: true }))]);
  loader.put('d/day.json', [
    entryA('MTG320', itemA(day('10:05'), { out_temp: 99, moon: 1 }), {
      aggregations: [{ level: 'D', start_dat: day('00:00'), rain_sum: 4 }],
    }),
  ]);
  loader.put(`${'long'.repeat(60)}.json`, [entryA('MTG320', itemA(day('10:10'), { rain: 4 }))]);
  loader.put('unknown.json', [entryA('XYZ', itemA(day('10:10'), { rain: 4 }))]);
  loader.put('z.json', [entryA('MTG320', itemA(day('10:15'), { rain: 4 }))]);
}

async function reset(loader: Loader): Promise<void> {
  fs.rmSync(path.join(loader.root, 'data'), { recursive: true });
  fs.mkdirSync(loader.folders.inbox, { recursive: true });
  await loader.pool.query(
    'truncate weather.observation, weather.file, weather.station_aggregate, weather.dirty_hour, weather.incident',
  );
  fill(loader);
}

/** Runs until the lock of the dead run's session is free. */
async function runAgain(loader: Loader, id?: string) {
  for (;;) {
    const report = await loader.run(id === undefined ? {} : { id });
    if (report.outcome !== 'waiting') return report;
    await setTimeout(20);
  }
}

/** Every fifth step, others each time; all of them when asked. The message of a failure names the step. */
const STRIDE = process.env['REGIE_TEST_EVERY_STEP'] ? 1 : 5;
/** Ms for all of them on a busy machine. */
const LONG = 600_000;
const first = 1 + Math.floor(Math.random() * STRIDE);

describe.each([
  { files: 'groups of small files', settings: { groupFiles: 3 } },
  { files: 'large files', settings: { streamBytes: 1 } },
])('a loader that is killed over $files', ({ settings }) => {
  let loader: Loader;
  let undisturbed: unknown;
  let steps: number;
  let killer: Killer | undefined;

  beforeAll(async () => {
    loader = await openLoader({ settings });
    fill(loader);
    killer = new Killer(Infinity);
    killer.arm();
    await loader.run({ onSession: (db) => killer!.watch(db) });
    killer.disarm();
    steps = killer.steps;
    undisturbed = await snapshot(loader);
  });
  afterEach(() => killer?.disarm());
  afterAll(() => loader.close());

  it(
    'leaves the same as one that is not, whichever step it dies before',
    async () => {
      expect(undisturbed).toMatchObject({ inbox: [], work: [] });
      for (let at = first; at <= steps; at += STRIDE) {
        await reset(loader);
        killer = new Killer(at);
        killer.arm();
        const id = `run/killed-${at}`;
        await loader.run({ id, onSession: (db) => killer!.watch(db) }).catch(() => undefined);
        killer.disarm();
        expect(killer.steps).toBeGreaterThanOrEqual(at);
        // Half of them are tried again by their workflow, the others are followed by a new run.
        await runAgain(loader, at % 2 === 0 ? id : undefined);
        expect(await snapshot(loader), `killed before step ${at} of ${steps}`).toEqual(undisturbed);
      }
    },
    LONG,
  );

  it(
    'may die again while it recovers',
    async () => {
      for (let at = 5; at <= steps; at += 4 * STRIDE) {
        await reset(loader);
        for (const second of [at, 20]) {
          killer = new Killer(second);
          killer.arm();
          await loader.run({ onSession: (db) => killer!.watch(db) }).catch(() => undefined);
          killer.disarm();
        }
        await runAgain(loader);
        expect(await snapshot(loader), `killed before step ${at} of ${steps}, then 20`).toEqual(undisturbed);
      }
    },
    LONG,
  );
});
