import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { show, type AggregateRow } from '../../../src/weather/read/read-buckets.ts';
import {
  addStation,
  aggregatesOf,
  forget,
  observe,
  runAggregate,
  weatherDatabase,
  type WeatherDatabase,
} from '../support/weather-database.ts';

let weather: WeatherDatabase;
beforeAll(async () => {
  weather = await weatherDatabase();
});
afterAll(() => weather.close());
beforeEach(async () => {
  await weather.db.query('truncate station, observation, aggregate, dirty_hour restart identity');
  await addStation(weather.db, 'S1');
});

/** Observations of 5 minutes on 11 June 2021 unless a day is given: `{'13:10': 20, '12T13:40': 30}`. */
async function outTemp(values: Record<string, number>): Promise<void> {
  await observe(
    weather.db,
    'S1',
    ...Object.entries(values).map(([at, out_temp]) => {
      const [day, time] = at.includes('T') ? at.split('T') : ['11', at];
      return { stop: `2021-06-${day}T${time}:00`, out_temp };
    }),
  );
  await runAggregate(weather.db);
}

async function bucket(
  level: string,
  start?: string,
  measure = 'out_temp',
): Promise<AggregateRow | undefined> {
  const rows = await show(weather.db, 'S1', level, { measures: [measure] });
  return rows.map(({ row }) => row).find((row) => start === undefined || row.start === start);
}

const starts = async (level: string) =>
  (await show(weather.db, 'S1', level, { measures: ['out_temp'] })).map(({ row }) => row.start);

describe('worked cases of the network', () => {
  test('13:10 = 20: hour 13 has sum 100 over 5 minutes, and so has every level', async () => {
    await outTemp({ '13:10': 20 });
    const expected = { sum: 100, duration: 5, mean: 20, max: 20, min: 20, maxTime: '2021-06-11T13:10:00' };
    expect(await bucket('H')).toMatchObject({ ...expected, start: '2021-06-11T13:00:00' });
    expect(await bucket('D')).toMatchObject({ ...expected, start: '2021-06-11T00:00:00' });
    expect(await bucket('M')).toMatchObject({ ...expected, start: '2021-06-01T00:00:00' });
    expect(await bucket('Y')).toMatchObject({ ...expected, start: '2021-01-01T00:00:00' });
    expect(await bucket('A')).toMatchObject({ ...expected, start: null });
  });

  test('13:00 belongs to hour 12', async () => {
    await outTemp({ '13:00': 20 });
    expect(await starts('H')).toEqual(['2021-06-11T12:00:00']);
  });

  test('extremes of an hour with their times', async () => {
    await outTemp({ '13:30': 20, '13:06': 10, '13:35': 30 });
    expect(await bucket('H')).toMatchObject({
      max: 30,
      maxTime: '2021-06-11T13:35:00',
      min: 10,
      minTime: '2021-06-11T13:06:00',
    });
  });

  test('extremes of a day and of a month', async () => {
    await outTemp({ '13:30': 20, '13:35': 10, '12T13:40': 30 });
    expect(await bucket('D', '2021-06-11T00:00:00')).toMatchObject({ max: 20, min: 10 });
    expect(await bucket('M')).toMatchObject({ max: 30, maxTime: '2021-06-12T13:40:00', min: 10 });
  });

  test('an observation replaced: its old value leaves no trace in any level', async () => {
    await outTemp({ '13:10': 20 });
    await outTemp({ '13:10': 10 });
    for (const level of ['H', 'D', 'M', 'Y', 'A']) {
      expect(await bucket(level)).toMatchObject({ sum: 50, duration: 5, max: 10, min: 10 });
    }
  });
});

describe('(start, end]', () => {
  test.each([
    ['2021-06-10T23:55:00', '2021-06-10T23:00:00', '2021-06-10T00:00:00'],
    ['2021-06-11T00:00:00', '2021-06-10T23:00:00', '2021-06-10T00:00:00'],
    ['2021-06-11T00:05:00', '2021-06-11T00:00:00', '2021-06-11T00:00:00'],
    ['2021-06-11T01:00:00', '2021-06-11T00:00:00', '2021-06-11T00:00:00'],
    ['2021-06-11T01:05:00', '2021-06-11T01:00:00', '2021-06-11T00:00:00'],
  ])('%s is of hour %s and day %s', async (stop, hour, day) => {
    await observe(weather.db, 'S1', { stop, out_temp: 20 });
    await runAggregate(weather.db);
    expect([await starts('H'), await starts('D')]).toEqual([[hour], [day]]);
  });

  test('midnight of new year ends December', async () => {
    await observe(weather.db, 'S1', { stop: '2022-01-01T00:00:00', out_temp: 20 });
    await runAggregate(weather.db);
    expect([await starts('M'), await starts('Y')]).toEqual([
      ['2021-12-01T00:00:00'],
      ['2021-01-01T00:00:00'],
    ]);
  });
});

describe('rules per measure', () => {
  const at = '2021-06-11T13:10:00';

  async function aggregated(values: Record<string, number | string>, measure: string) {
    await observe(weather.db, 'S1', { stop: at, ...values });
    await runAggregate(weather.db);
    return bucket('H', undefined, measure);
  }

  test('a mean is made of the average where there is one', async () => {
    expect(await aggregated({ out_temp: 20, out_temp_avg: 21 }, 'out_temp')).toMatchObject({
      mean: 21,
      sum: 105,
    });
  });

  test('of the plain value with meanFrom instant; a change of it aggregates the station anew', async () => {
    expect(await aggregated({ out_temp: 20, out_temp_avg: 21 }, 'out_temp')).toMatchObject({ mean: 21 });
    await weather.db.query(`update station set mean_from = 'instant'`);
    await runAggregate(weather.db);
    expect(await bucket('H')).toMatchObject({ mean: 20 });
  });

  test('and of a sum that the station sent, as it is', async () => {
    const row = await aggregated({ wind_avg: 3, wind_sum: 17, wind_duration: 4 }, 'wind');
    expect(row).toMatchObject({ sum: 17, duration: 4, mean: 17 / 4 });
  });

  test('totals add up, whatever the duration; they have no mean', async () => {
    await observe(weather.db, 'S1', { stop: '2021-06-11T13:05:00', rain: 0.2 });
    const row = await aggregated({ rain: 9, rain_sum: 0.4 }, 'rain');
    expect(row).toMatchObject({ sum: 0.2 + 0.4, duration: 10, mean: null, max: null });
  });

  test('a measure with extremes only has its duration', async () => {
    const row = await aggregated({ heatindex_avg: 30, heatindex_max: 31 }, 'heatindex');
    expect(row).toMatchObject({ duration: 5, max: 31, sum: null, mean: null, min: null });
  });

  test('extremes that the station sent, with the times it sent', async () => {
    const row = await aggregated(
      { out_temp: 20, out_temp_max: 22, out_temp_max_time: '2021-06-11T13:07:11', out_temp_min: 19 },
      'out_temp',
    );
    expect(row).toMatchObject({ max: 22, maxTime: '2021-06-11T13:07:11', min: 19, minTime: at });
  });

  test('the earliest of equal extremes, with its direction', async () => {
    await observe(
      weather.db,
      'S1',
      { stop: '2021-06-11T13:20:00', wind_max: 9, wind_max_dir: 10, wind_max_time: '2021-06-11T13:17:00' },
      { stop: '2021-06-11T13:15:00', wind_max: 9, wind_max_dir: 20, wind_max_time: '2021-06-11T13:12:00' },
      { stop: '2021-06-11T14:15:00', wind_max: 9, wind_max_dir: 30 },
      { stop: '2021-06-11T13:25:00', wind_max: 8, wind_max_dir: 40 },
    );
    await runAggregate(weather.db);
    for (const level of ['H', 'D', 'M', 'Y', 'A']) {
      expect(await bucket(level, undefined, 'wind')).toMatchObject({
        max: 9,
        maxTime: '2021-06-11T13:12:00',
        maxDir: 20,
      });
    }
  });

  test('a plain value that is the maximum brings the plain direction', async () => {
    expect(await aggregated({ gust: 7, gust_dir: 90, gust_max_dir: 180 }, 'gust')).toMatchObject({
      max: 7,
      maxDir: 90,
    });
  });

  test('no direction when calm', async () => {
    expect(await aggregated({ wind_max: 0 }, 'wind')).toMatchObject({ max: 0, maxDir: null });
  });
});

test('observations deleted: buckets without any go, up to all time', async () => {
  await outTemp({ '13:10': 20, '14:10': 30 });
  const one = await aggregatesOf(weather.db);
  await forget(weather.db, 'S1', '2021-06-11T14:10:00');
  const report = await runAggregate(weather.db);
  expect(report.counts).toMatchObject({ hours: 1, removed: 1 });
  expect(await starts('H')).toEqual(['2021-06-11T13:00:00']);
  expect(await bucket('A')).toMatchObject({ sum: 100 });

  await forget(weather.db, 'S1', '2021-06-11T13:10:00');
  expect((await runAggregate(weather.db)).counts).toMatchObject({ removed: 5 });
  expect(await aggregatesOf(weather.db)).toEqual([]);

  await outTemp({ '13:10': 20, '14:10': 30 });
  expect(await aggregatesOf(weather.db)).toEqual(one);
});
