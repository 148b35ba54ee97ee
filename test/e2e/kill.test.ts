import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomOf } from '../../src/weather/sample/random.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import { deliver } from './support/deliver.ts';
import { hashesIn, hashesOf, keptIn, snapshot, verified } from './support/snapshot.ts';
import { Victims } from './support/victims.ts';
import { waves } from './support/waves.ts';

/**
 * Exactly-once in effect (weather spec §2): whatever moment a loader and an aggregator are killed at, in the end the
 * database and the folders are as if nothing had happened.
 */

interface Place {
  root: string;
  database: TestDatabase;
}

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
  const random = randomOf(process.env['REGIE_KILL_SEED'] ?? 'regie');
  let kills = 0;
  for (const files of waves()) {
    deliver(path.join(folderOf(calm), 'inbox'), files);
    const order = { root: calm.root, databaseUrl: calm.database.url, newRun: false, rehearse: false };
    expect(await victims.run(order)).toBe('drained');

    deliver(path.join(folderOf(rough), 'inbox'), files);
    for (let end = ''; end !== 'drained';) {
      const common = {
        root: rough.root,
        databaseUrl: rough.database.url,
        newRun: random() < 0.25,
        rehearse: random() < 0.05,
      };
      // By turns at a moment that is counted, and at one that the clock chooses: in the middle of a COPY, say.
      end =
        kills % 3 === 2
          ? await victims.run(common, Math.floor(600 * random()))
          : await victims.run({ ...common, dieAfter: Math.ceil(700 * random()) });
      if (end === 'killed') kills += 1;
    }
  }
  // Some forty; how many the clock chose depends on the machine.
  expect(kills).toBeGreaterThan(15);

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
}, 240_000);
