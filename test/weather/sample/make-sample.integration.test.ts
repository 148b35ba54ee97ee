import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verify } from '../../../src/weather/aggregate/verify-aggregates.ts';
import { show } from '../../../src/weather/read/read-buckets.ts';
import { deliver } from '../../../src/weather/sample/deliver-sample.ts';
import { firstLookStations, writeFirstLook } from '../../../src/weather/sample/sample-tables.ts';
import { sampleFiles, sampleStations } from '../../../src/weather/sample/make-sample.ts';
import { openLoader, type Loader } from '../load/support.ts';
import { runAggregate } from '../support/weather-database.ts';

const two = sampleStations(2);
const some = { stations: two, from: '2026-05-31', days: 2 };

describe('simulated files', () => {
  test('a file per station and day, days in order, layouts in turns', () => {
    const files = [...sampleFiles(some)];
    expect(files.map(({ name, observations }) => [name, observations])).toEqual([
      ['obs.SIM01.2026-05-31.json', 288],
      ['obs.SIM02.2026-05-31.json', 288],
      ['obs.SIM01.2026-06-01.json', 288],
      ['obs.SIM02.2026-06-01.json', 288],
    ]);
    const [a, b] = files.map(({ text }) => JSON.parse(text) as { data: Record<string, unknown>[] }[]);
    expect(a).toHaveLength(288);
    expect(a![0]!.data[0]).toMatchObject({ stop_dat: '2026-05-31T00:05:00', current: { duration: 5 } });
    expect(b).toHaveLength(1);
    expect(b![0]!.data.at(-1)).toMatchObject({
      stop_dat: '2026-06-01T00:00:00',
      duration: 5,
      valeurs: { end_valeurs: 0 },
    });
  });

  test('one file per observation, named by its stop', () => {
    const files = [...sampleFiles({ ...some, days: 1, onePerFile: true })];
    expect(files).toHaveLength(576);
    expect(files[0]!.name).toBe('obs.SIM01.2026-05-31T00-05.json');
    expect(files.at(-1)!.name).toBe('obs.SIM02.2026-06-01T00-00.json');
  });

  test('the same seed gives the same weather, a station or a day more or less; another gives another', () => {
    const again = [...sampleFiles({ ...some, stations: sampleStations(1), from: '2026-06-01', days: 1 })];
    expect(again[0]).toEqual([...sampleFiles(some)][2]);
    expect([...sampleFiles({ ...some, seed: 2 })][2]!.text).not.toBe(again[0]!.text);
  });

  test('a day of a change of time has as many periods as it has', () => {
    const paris = sampleStations(1, 'Europe/Paris');
    const files = [...sampleFiles({ stations: paris, from: '2026-03-28', days: 2 })];
    expect(files.map(({ observations }) => observations)).toEqual([288, 276]);
  });

  test.each(['2026-02-31', '2026-6-1', 'today'])('%s is no day', (from) => {
    expect(() => [...sampleFiles({ ...some, from })]).toThrow(`${JSON.stringify(from)} is no day`);
  });
});

describe('through the loader', () => {
  let loader: Loader;
  beforeEach(async () => {
    loader = await openLoader({ weather: { autoRegister: true } });
  });
  afterEach(() => loader.close());

  test('a sample loads whole: nothing refused, doubtful or unknown; and its days are plausible', async () => {
    const sample = { stations: sampleStations(3), from: '2026-01-10', days: 2 };
    const delivery = await deliver(loader.folders.inbox, sampleFiles(sample));
    expect(delivery).toMatchObject({ files: 6, observations: 1728 });
    const { counts } = await loader.run();
    expect(counts).toMatchObject({ files: 6, loaded: 1728 });
    expect([counts['rejected'], counts['doubtful'], counts['unknown'], counts['failed']]).not.toContainEqual(
      expect.any(Number),
    );
    const db = await loader.pool.connect();
    try {
      await runAggregate(db);
      const days = (await show(db, 'SIM01', 'D')).map(({ row }) => row);
      const of = (measure: string) => days.filter((row) => row.measure === measure);
      expect(of('out_temp').map(({ duration }) => duration)).toEqual([1440, 1440]);
      for (const { max, min, maxTime } of of('out_temp')) {
        expect(max! - min!).toBeGreaterThan(3);
        // Warmest in the daytime.
        expect(maxTime!.slice(11)).toMatch(/^(09|1[0-7])/);
      }
      for (const { sum } of of('radiation')) expect(sum).toBeGreaterThan(500);
      for (const { maxDir } of of('wind')) expect(maxDir).toSatisfy((d: number) => d > 45 && d < 180);
    } finally {
      db.release();
    }
  });

  test('the first look: good days, one item of each fault, a broken file', async () => {
    const { files } = await writeFirstLook(loader.folders.inbox, { now: new Date('2026-06-10T10:00:00Z') });
    expect(files).toBe(7);
    const { counts } = await loader.run();
    expect(counts).toMatchObject({ files: 7, failed: 1, rejected: 3, loaded: 6 * 288 - 2 });
    const incidents = await loader.query<{ reason: string }>('select reason from regie.incident order by id');
    const reasons = incidents.map(({ reason }) => reason).join('\n');
    for (const words of ['3 of 313 refused', '"abc"', 'not JSON']) expect(reasons).toContain(words);
    const [rejects] = loader.files(loader.folders.archive).filter((name) => name.endsWith('.rejects.json'));
    const all = readFileSync(path.join(loader.folders.archive, rejects!), 'utf8');
    for (const words of ['there is no month 13', 'item 0']) expect(all).toContain(words);
    const doubtful = await loader.query(
      'select doubtful from weather.observation where doubtful is not null',
    );
    expect(doubtful).toEqual([{ doubtful: expect.objectContaining({ humidity: 260 }) }]);

    const db = await loader.pool.connect();
    try {
      await runAggregate(db);
      const days = (await show(db, firstLookStations[0], 'D', { measures: ['humidity'] })).map(
        ({ row }) => row,
      );
      expect(days.map(({ start }) => start!.slice(0, 10))).toEqual([
        '2026-06-07',
        '2026-06-08',
        '2026-06-09',
      ]);
      expect(days.every(({ max }) => max! <= 100)).toBe(true);
      expect(await verify(db)).toMatchObject({ equal: true, stations: 2 });
    } finally {
      db.release();
    }
  });
});

test('deliver leaves only whole files under their own names', async () => {
  const inbox = path.join(await mkdtemp(path.join(tmpdir(), 'regie-sample-')), 'new', 'inbox');
  try {
    await deliver(inbox, [{ name: 'a.json', text: '[]' }]);
    await deliver(inbox, [{ name: 'a.json', text: '[1]' }]);
    expect(readdirSync(inbox)).toEqual(['a.json']);
  } finally {
    await rm(path.dirname(path.dirname(inbox)), { recursive: true });
  }
});
