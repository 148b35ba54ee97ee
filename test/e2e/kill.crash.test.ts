import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dice } from '../support/killer/seed.ts';
import { named } from '../support/killer/sweep.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import { deliver } from './support/deliver.ts';
import { hashesIn, hashesOf, keptIn, snapshot, verified } from './support/snapshot.ts';
import { Victims, type End } from './support/victims.ts';
import { waves } from './support/waves.ts';

/**
 * Exactly-once in effect: whatever moment a loader and an aggregator are killed at, in the end the
 * database and the folders are as if nothing had happened.
 */

interface Place {
  root: string;
  database: TestDatabase;
}

const seeded = dice(import.meta.filename);
const killsPerWave = 12;
const places: Place[] = [];
const victims = new Victims();

async function newPlace(): Promise<Place> {
  const root = mkdtempSync(path.join(tmpdir(), 'regie-kill-'));
  mkdirSync(path.join(root, 'data/weather/inbox'), { recursive: true });
  const place = { root, database: await freshDatabase() };
  places.push(place);
  return place;
}

let calm: Place;
let rough: Place;
beforeAll(async () => {
  [calm, rough] = await Promise.all([newPlace(), newPlace()]);
});
afterAll(async () => {
  await victims.close();
  for (const { root, database } of places) {
    await database.drop();
    rmSync(root, { recursive: true });
  }
});

const folderOf = ({ root }: Place) => path.join(root, 'data/weather');

test('killed at any moment, again and again, it leaves what an undisturbed run leaves', async () => {
  const random = seeded('regie');
  const note = path.join(rough.root, 'death');
  /** What each was killed at. */
  const deaths: string[] = [];
  let counted = 0;
  for (const files of waves()) {
    deliver(path.join(folderOf(calm), 'inbox'), files);
    const order = { root: calm.root, databaseUrl: calm.database.url, newRun: false, rehearse: false };
    expect(await victims.run(order)).toBe('drained');

    deliver(path.join(folderOf(rough), 'inbox'), files);
    let end: End | undefined;
    for (let life = 0; end !== 'drained'; life += 1) {
      const order = {
        root: rough.root,
        databaseUrl: rough.database.url,
        newRun: random() < 0.25,
        rehearse: random() < 0.05,
      };
      // Mostly at a moment that is counted, now and then at one that the clock chooses: in the middle of a COPY, say.
      // What is left after so many kills is done in peace: each costs the start of a process.
      if (life >= killsPerWave) end = await victims.run(order);
      else if (life % 4 === 3) {
        const ms = Math.floor(200 * random());
        end = await victims.run(order, ms);
        if (end === 'killed') deaths.push(`after ${ms} ms`);
      } else {
        const moment = Math.ceil(450 * random());
        end = await victims.run({ ...order, dieAt: { moment, note } });
        if (end === 'killed') {
          deaths.push(`at moment ${moment}, ${readFileSync(note, 'utf8')}`);
          rmSync(note);
          counted += 1;
        }
      }
    }
  }
  // A wave ends early when one reaches its end before it is killed.
  expect(deaths.length).toBeGreaterThan(killsPerWave);
  // It counts steps: so many it has, however a wave ends.
  expect(counted).toBeGreaterThan(killsPerWave / 2);

  await named(`killed ${deaths.join('; ')}`, sameAsUndisturbed);
}, 400_000);

async function sameAsUndisturbed(): Promise<void> {
  const [expected, found] = [await snapshot(calm.database.url), await snapshot(rough.database.url)];
  expect(found).toEqual(expected);
  expect(found['dirty_hour']).toEqual([]);
  for (const table of ['observation', 'aggregate', 'station_aggregate', 'incident', 'file'])
    expect(found[table]?.length).toBeGreaterThan(10);

  const kept = keptIn(folderOf(rough));
  expect(kept).toEqual(keptIn(folderOf(calm)));
  expect(kept.left).toEqual([]);
  expect(hashesIn(kept)).toEqual(hashesOf(waves().flat()));
  expect(await verified(rough.database.url)).toMatchObject({ equal: true, pending: 0 });
}
