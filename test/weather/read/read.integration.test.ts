import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enqueueAll } from '../../../src/weather/aggregate/dirty-hours.ts';
import { verify } from '../../../src/weather/aggregate/verify-aggregates.ts';
import { zoneOf } from '../../../src/time/zone.ts';
import { traceLineage } from '../../../src/weather/read/lineage.ts';
import { parsePeriod } from '../../../src/weather/read/bucket-period.ts';
import { show } from '../../../src/weather/read/read-buckets.ts';
import { spellTime } from '../../../src/weather/read/write-time.ts';
import { stations } from '../../../src/weather/read/list-stations.ts';
import {
  addStation,
  forget,
  observe,
  runAggregate,
  weatherDatabase,
  type WeatherDatabase,
} from '../support/weather-database.ts';

let weather: WeatherDatabase;
beforeAll(async () => {
  weather = await weatherDatabase();
  const { db } = weather;
  await addStation(db, 'MTG320');
  await addStation(db, 'EMPTY');
  await observe(
    db,
    'MTG320',
    { stop: '2021-06-10T13:10:00', out_temp: 20, rain: 0.2 },
    { stop: '2021-06-11T00:00:00', out_temp: 22, out_temp_max: 23, out_temp_max_time: '2021-06-10T23:57:30' },
    { stop: '2021-06-11T13:10:00', wind_max: 9, wind_max_dir: 90, wind_avg: 4 },
    { stop: '2021-07-01T08:00:00', out_temp: 18 },
  );
  await runAggregate(db);
  await db.query(
    `insert into file (id, run, claim, name, sha256, bytes, state, final_path)
     values (1, 'r', 'c', 'obs.json', 'abc', 1, 'loaded', 'archive/MTG320/2021/06/obs.json')`,
  );
  await observe(db, 'MTG320', { stop: '2021-07-01T08:05:00', out_temp: 18 });
});
afterAll(() => weather.close());

describe('show', () => {
  const rows = async (level: string, options?: Parameters<typeof show>[3], station = 'MTG320') =>
    (await show(weather.db, station, level, options)).map(({ row }) => row);

  test('a row per bucket and measure, with every facet; absent is null', async () => {
    const absent = {
      sum: null,
      duration: null,
      mean: null,
      max: null,
      maxTime: null,
      maxDir: null,
      min: null,
      minTime: null,
      dir: null,
      dirWeighted: null,
    };
    const day = { station: 'MTG320', level: 'D', start: '2021-06-10T00:00:00' };
    const extremes = { min: 20, minTime: '2021-06-10T13:10:00' };
    expect(await rows('D', { from: '2021-06-10', to: '2021-06-10' })).toEqual([
      {
        ...absent,
        ...day,
        measure: 'out_temp',
        sum: 210,
        duration: 10,
        mean: 21,
        max: 23,
        maxTime: '2021-06-10T23:57:30',
        ...extremes,
      },
      {
        ...absent,
        ...day,
        measure: 'out_temp_omm',
        sum: 1320,
        duration: 60,
        mean: 22,
        max: 22,
        maxTime: '2021-06-11T00:00:00',
        ...extremes,
      },
      { ...absent, ...day, measure: 'rain', sum: 0.2, duration: 5 },
      { ...absent, ...day, measure: 'rain_omm', sum: 0.2, duration: 5 },
    ]);
  });

  test('station, level and measure in any case, levels also in words', async () => {
    expect(await rows('month', { measures: ['WIND'] }, 'mtg320')).toMatchObject([
      { measure: 'wind', start: '2021-06-01T00:00:00', mean: 4, max: 9, maxDir: 90 },
    ]);
  });

  const startsOf = async (from: string | undefined, to: string | undefined) =>
    (await rows('H', { ...(from && { from }), ...(to && { to }), measures: ['out_temp'] })).map(
      (r) => r.start,
    );

  test('from and to take a year, a month, a day, an hour, a minute, both ends included', async () => {
    const [first, second, third] = ['2021-06-10T13:00:00', '2021-06-10T23:00:00', '2021-07-01T07:00:00'];
    expect(await startsOf(undefined, undefined)).toEqual([first, second, third]);
    expect(await startsOf('2021', '2021')).toEqual([first, second, third]);
    expect(await startsOf('2021-06', '2021-06')).toEqual([first, second]);
    expect(await startsOf('2021-06-10T14', undefined)).toEqual([second, third]);
    expect(await startsOf('2021-06-10T23:00', '2021-06-10T23:00')).toEqual([second]);
    expect(await startsOf('2021-06-10T19:00:00Z', '2021-06-10T19:00:00Z')).toEqual([second]);
    expect(await startsOf(undefined, '2021-06-10T22:59')).toEqual([first]);
  });

  test('says what there is of what was asked for in vain', async () => {
    await expect(rows('D', {}, 'MTG')).rejects.toThrow('no station "MTG": expected one of EMPTY, MTG320');
    await expect(rows('W')).rejects.toThrow('no level "W": expected H (hour), D (day)');
    await expect(rows('D', { measures: ['temp'] })).rejects.toThrow(
      'no measure "temp": expected some of out_temp,',
    );
    await expect(rows('D', { from: '2021-13' })).rejects.toThrow('"2021-13" is no date: expected');
    await expect(rows('D', { to: 'yesterday' })).rejects.toThrow('"yesterday" is no date');
    await expect(rows('A', { from: '2021' })).rejects.toThrow('all time');
  });

  test('a station without observations has none', async () => {
    expect(await rows('D', {}, 'EMPTY')).toEqual([]);
  });
});

test('stations: since when, until when, what waits', async () => {
  expect(await stations(weather.db)).toEqual([
    {
      station: 'EMPTY',
      name: null,
      timezone: 'Indian/Reunion',
      meanFrom: 'average',
      first: null,
      last: null,
      waiting: 0,
    },
    {
      station: 'MTG320',
      name: null,
      timezone: 'Indian/Reunion',
      meanFrom: 'average',
      first: '2021-06-10T13:10:00',
      last: '2021-07-01T08:05:00',
      waiting: 1,
    },
  ]);
});

test('a time in words, also one that comes twice', () => {
  const words = ['2021-06-01T13:00:00', '2021-06-01T13:00:05', '2021-10-31T02:00:00+01:00'].map(spellTime);
  expect(words).toEqual(['2021-06-01 13:00', '2021-06-01 13:00:05', '2021-10-31 02:00+01:00']);
});

test('a range that ends before it begins is told', async () => {
  await expect(show(weather.db, 'MTG320', 'D', { from: '2021-06-11', to: '2021-06-10' })).rejects.toThrow(
    'the end "2021-06-10" is not after the start "2021-06-11"',
  );
});

test('lineage: the files behind an aggregate, by any moment in it', async () => {
  const file = { file: 'obs.json', finalPath: 'archive/MTG320/2021/06/obs.json', sha256: 'abc' };
  const lineage = await traceLineage(weather.db, 'MTG320', 'D', '2021-06-10T15:00');
  expect(lineage).toMatchObject({ level: 'D', start: '2021-06-10T00:00:00' });
  // Midnight ends the day; what is measured until the next morning counts in its climatology values.
  expect(lineage.files).toMatchObject([
    { ...file, observations: 2, first: '2021-06-10T13:10:00', last: '2021-06-11T00:00:00' },
  ]);
  expect((await traceLineage(weather.db, 'MTG320', 'A')).files).toMatchObject([{ observations: 5 }]);
  // 1 July begins with what 30 June's climatology values look at.
  await observe(weather.db, 'MTG320', { stop: '2021-07-01T06:55:00', out_temp: 17 });
  expect((await traceLineage(weather.db, 'MTG320', 'D', '2021-06-30')).files).toMatchObject([
    { ...file, observations: 0, first: null, last: null, nights: 1 },
  ]);
  expect((await traceLineage(weather.db, 'MTG320', 'M', '2021-06-01')).files).toMatchObject([
    { observations: 3, nights: 1 },
  ]);
  await forget(weather.db, 'MTG320', '2021-07-01T06:55:00');
  // The night before comes first, the night after last.
  const nights = { 2: '2021-06-09T23:00:00', 3: '2021-06-11T05:00:00' };
  for (const [file, stop] of Object.entries(nights)) {
    await observe(weather.db, 'MTG320', { stop, out_temp: 17 });
    await weather.db.query('update observation set file_id = $1 where out_temp = 17 and file_id = 1', [file]);
  }
  const day = await traceLineage(weather.db, 'MTG320', 'D', '2021-06-10');
  expect(day.files.map(({ observations, nights }) => [observations, nights])).toEqual([
    [0, 1],
    [2, 0],
    [0, 1],
  ]);
  for (const stop of Object.values(nights)) await forget(weather.db, 'MTG320', stop);
  expect((await traceLineage(weather.db, 'MTG320', 'H', '2021-06-10T14:00')).files).toEqual([]);
  await expect(traceLineage(weather.db, 'MTG320', 'H')).rejects.toThrow('needs the start of a bucket');
});

test('verify tells wrong, missing and superfluous from what only waits', async () => {
  const { db } = weather;
  expect(await verify(db)).toMatchObject({ equal: true, wrong: 0, pending: 5 });
  await runAggregate(db);
  expect(await verify(db)).toMatchObject({ equal: true, wrong: 0, pending: 0, stations: 2 });

  await db.query(`update aggregate set out_temp_max = 24 where level = 'D' and out_temp_max = 23`);
  await db.query(`delete from aggregate where level = 'H' and wind_max = 9`);
  await db.query(`insert into aggregate (station_id, level, start) values (1, 'Y', '2019-12-31T20:00:00Z')`);
  const found = await verify(db, { station: 'MTG320' });
  expect(found).toMatchObject({ equal: false, wrong: 3, pending: 0 });
  expect(found.differences).toEqual([
    {
      station: 'MTG320',
      level: 'D',
      start: '2021-06-10T00:00:00',
      what: 'different',
      columns: [{ column: 'out_temp_max', stored: 24, recomputed: 23 }],
      pending: false,
    },
    { station: 'MTG320', level: 'H', start: '2021-06-11T13:00:00', what: 'missing', pending: false },
    { station: 'MTG320', level: 'Y', start: '2020-01-01T00:00:00', what: 'superfluous', pending: false },
  ]);
  expect((await verify(db, { limit: 1 })).differences).toHaveLength(1);

  await db.query(`delete from aggregate where start = '2019-12-31T20:00:00Z'`);
  await enqueueAll(db);
  await runAggregate(db);
  expect(await verify(db)).toMatchObject({ equal: true, wrong: 0 });
});

test.each([
  ['2021-06-01', 'Indian/Reunion', '2021-05-31T20:00:00Z', 24],
  ['2021-02', 'Indian/Reunion', '2021-01-31T20:00:00Z', 28 * 24],
  ['2021-03-28', 'Europe/Paris', '2021-03-27T23:00:00Z', 23],
  ['2021-10-31', 'Europe/Paris', '2021-10-30T22:00:00Z', 25],
  ['2021-10-31T02+01:00', 'Europe/Paris', '2021-10-31T01:00:00Z', 1],
])('%s in %s begins at %s and has %d hours', (text, zone, start, hours) => {
  const period = parsePeriod(text, zoneOf(zone));
  expect(new Date(period.start).toISOString()).toBe(start.replace('Z', '.000Z'));
  expect((period.end - period.start) / 3_600_000).toBe(hours);
});
