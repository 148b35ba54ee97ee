import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { show } from '../../../src/weather/read/read-buckets.ts';
import {
  addStation,
  observe,
  runAggregate,
  weatherDatabase,
  type Observed,
  type WeatherDatabase,
} from '../support/weather-database.ts';

let weather: WeatherDatabase;
beforeAll(async () => {
  weather = await weatherDatabase();
});
afterAll(() => weather.close());
beforeEach(async () => {
  await weather.db.query('truncate station, observation, aggregate, dirty_hour restart identity');
});

/** An observation every 5 minutes in (from, to], rain 1 each. */
async function observeAll(timezone: string, from: string, to: string): Promise<void> {
  await addStation(weather.db, 'S1', { timezone });
  const all: Observed[] = [];
  for (let stop = Date.parse(from) + 300_000; stop <= Date.parse(to); stop += 300_000) {
    all.push({ stop: new Date(stop).toISOString(), rain: 1 });
  }
  await observe(weather.db, 'S1', ...all);
  await runAggregate(weather.db);
}

/** `[start, minutes covered, minutes of the bucket]` of rain. */
async function minutes(level: string) {
  const shown = await show(weather.db, 'S1', level, { measures: ['rain'] });
  return shown.map(({ row, length }) => [row.start, row.duration, length]);
}

describe('days of the clock change', () => {
  test('23 hours when it goes forward', async () => {
    await observeAll('Europe/Paris', '2021-03-27T23:00:00Z', '2021-03-28T22:00:00Z');
    expect(await minutes('D')).toEqual([['2021-03-28T00:00:00', 1380, 1380]]);
    const hours = (await minutes('H')).map(([start]) => start);
    expect(hours).toHaveLength(23);
    expect(hours.slice(1, 3)).toEqual(['2021-03-28T01:00:00', '2021-03-28T03:00:00']);
  });

  test('25 hours when it goes back; the hour that comes twice is two hours, told apart by their offsets', async () => {
    await observeAll('Europe/Paris', '2021-10-30T22:00:00Z', '2021-10-31T23:00:00Z');
    expect(await minutes('D')).toEqual([['2021-10-31T00:00:00', 1500, 1500]]);
    const hours = await minutes('H');
    expect(hours).toHaveLength(25);
    expect(hours.slice(1, 5)).toEqual([
      ['2021-10-31T01:00:00', 60, 60],
      ['2021-10-31T02:00:00+02:00', 60, 60],
      ['2021-10-31T02:00:00+01:00', 60, 60],
      ['2021-10-31T03:00:00', 60, 60],
    ]);
  });

  test('a change by half an hour counts every observation once', async () => {
    // Lord Howe Island, 4 April 2021: 02:00 becomes 01:30.
    await observeAll('Australia/Lord_Howe', '2021-04-03T13:00:00Z', '2021-04-04T13:30:00Z');
    expect(await minutes('D')).toEqual([['2021-04-04T00:00:00', 1470, 1470]]);
    const total = (await minutes('H')).reduce((sum, [, covered]) => sum + Number(covered), 0);
    expect(total).toBe(1470);
  });

  test('a day whose midnight is skipped', async () => {
    // Beirut, 28 March 2021: 00:00 becomes 01:00.
    await observeAll('Asia/Beirut', '2021-03-27T22:00:00Z', '2021-03-28T21:00:00Z');
    expect(await minutes('D')).toEqual([['2021-03-28T01:00:00', 1380, 1380]]);
  });
});

test('zones off by half an hour and by three quarters: hours of the local clock', async () => {
  await observeAll('Asia/Kathmandu', '2021-06-10T18:15:00Z', '2021-06-11T18:15:00Z');
  expect(await minutes('D')).toEqual([['2021-06-11T00:00:00', 1440, 1440]]);
  expect((await minutes('H'))[0]).toEqual(['2021-06-11T00:00:00', 60, 60]);
});

test("a station's zone is changed: its aggregates are made anew by the new zone's days", async () => {
  await observeAll('Indian/Reunion', '2021-06-10T20:00:00Z', '2021-06-11T20:00:00Z');
  expect(await minutes('D')).toEqual([['2021-06-11T00:00:00', 1440, 1440]]);
  await weather.db.query(`update station set timezone = 'Asia/Kolkata'`);
  await runAggregate(weather.db);
  expect(await minutes('D')).toEqual([
    ['2021-06-11T00:00:00', 1350, 1440],
    ['2021-06-12T00:00:00', 90, 1440],
  ]);
});

test('months and years know their lengths', async () => {
  await observeAll('Europe/Paris', '2024-02-29T22:00:00Z', '2024-02-29T23:00:00Z');
  expect((await minutes('M'))[0]![2]).toBe(29 * 1440);
  expect((await minutes('Y'))[0]![2]).toBe(366 * 1440);
  expect((await minutes('A'))[0]).toEqual([null, 60, null]);
});
