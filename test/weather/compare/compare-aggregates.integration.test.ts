import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { compare } from '../../../src/weather/compare/compare-aggregates.ts';
import type { Compared } from '../../../src/weather/compare/compared.ts';
import {
  addStation,
  observe,
  runAggregate,
  weatherDatabase,
  type WeatherDatabase,
} from '../support/weather-database.ts';

let weather: WeatherDatabase;
beforeAll(async () => {
  weather = await weatherDatabase();
});
afterAll(async () => {
  await weather.close();
});
beforeEach(async () => {
  await weather.db.query(
    'truncate station, observation, station_aggregate, aggregate, dirty_hour restart identity',
  );
  await addStation(weather.db, 'S');
});

/** Writes what the loader would keep of a station's own aggregate; `start` is local. */
async function send(
  level: string,
  start: string | null,
  values: Record<string, number>,
  source = 'validation',
): Promise<void> {
  await weather.db.query(
    `insert into station_aggregate (station_id, level, start, source, file_id, values)
     select id, $1, coalesce($2::timestamp at time zone timezone, '-infinity'), $3, 1, $4 from station where code = 'S'`,
    [level, start, source, JSON.stringify(values)],
  );
}

const day = '2021-06-11T00:00:00';
/** Two periods of a day: mean 20.02 from averages, 20 from values. */
const twoPeriods = () =>
  observe(
    weather.db,
    'S',
    { stop: '2021-06-11T13:05:00', out_temp: 19, out_temp_avg: 19.04, rain: 0.2 },
    { stop: '2021-06-11T13:10:00', out_temp: 21, out_temp_avg: 21, rain: 0.4 },
  );

const shortly = ({ measure, part, ours, theirs, verdict }: Compared) => [
  measure,
  part,
  ours,
  theirs,
  verdict,
];

test('numbers that are equal agree; a difference beyond tolerance is found, and where', async () => {
  await twoPeriods();
  await runAggregate(weather.db);
  await send('D', day, { out_temp_max: 21, out_temp_min: 18.5, out_temp_duration: 10, rain_sum: 0.6 });
  const found = await compare(weather.db, 's', { all: true });
  expect(found).toMatchObject({
    station: 'S',
    meanFrom: 'average',
    agrees: false,
    scopes: [{ source: 'validation', level: 'D', buckets: 1, unobserved: 0 }],
    waiting: 0,
    more: 0,
  });
  expect(found.values.map(shortly)).toEqual([
    ['out_temp', 'duration', 10, 10, 'agrees'],
    ['out_temp', 'max', 21, 21, 'agrees'],
    ['out_temp', 'min', 19, 18.5, 'differs'],
    // 0.2 + 0.4 is not 0.6 to the last bit.
    ['rain', 'sum', 0.2 + 0.4, 0.6, 'agrees'],
  ]);
  expect(found.summary.find(({ part }) => part === 'min')).toMatchObject({
    buckets: 1,
    agree: 0,
    differ: 1,
    worst: { start: day, ours: 19, theirs: 18.5, difference: 0.5, tolerance: 1e-9 },
    verdict: 'differs',
  });
  expect((await compare(weather.db, 'S')).values.map(shortly)).toEqual([
    ['out_temp', 'min', 19, 18.5, 'differs'],
  ]);
});

test.each([
  ['average', 20.0295, 'agrees'],
  ['average', 20.0305, 'differs'],
  ['instant', 20 + 1e-10, 'agrees'],
  ['instant', 20.01, 'differs'],
])('a mean from %s values beside %f %s', async (meanFrom, theirs, verdict) => {
  await weather.db.query('update station set mean_from = $1', [meanFrom]);
  await twoPeriods();
  await runAggregate(weather.db);
  await send('D', day, { out_temp_avg: theirs });
  const { values, agrees } = await compare(weather.db, 'S', { all: true });
  expect(values).toMatchObject([{ measure: 'out_temp', part: 'mean', verdict }]);
  expect(agrees).toBe(verdict === 'agrees');
});

test('a mean is sent as a mean, or as sum and duration', async () => {
  await twoPeriods();
  await runAggregate(weather.db);
  await send('D', day, { out_temp_sum: 200.2, out_temp_duration: 10 });
  const { values } = await compare(weather.db, 'S', { all: true });
  expect(values[0]).toMatchObject({ part: 'mean', verdict: 'agrees' });
  expect(values[0]!.theirs).toBeCloseTo(20.02, 12);
});

test('climatology values are measures of their own, and their means exact', async () => {
  await observe(weather.db, 'S', { stop: '2021-06-11T13:00:00', out_temp: 20, out_temp_avg: 20.5 });
  await runAggregate(weather.db);
  await send('D', day, { out_temp_avg: 20.5, out_temp_omm_avg: 20.001, out_temp_omm_max: 20 });
  const { values } = await compare(weather.db, 'S', { measures: ['out_temp_omm'], all: true });
  expect(values.map(shortly)).toEqual([
    ['out_temp_omm', 'mean', 20, 20.001, 'differs'],
    ['out_temp_omm', 'max', 20, 20, 'agrees'],
  ]);
  expect(values[0]).toMatchObject({ incomplete: { ours: 60, theirs: 1440 } });
});

test('directions go the short way round, and are no check', async () => {
  await observe(weather.db, 'S', { stop: '2021-06-11T13:05:00', wind_max: 9, wind_max_dir: 2 });
  await runAggregate(weather.db);
  await send('D', day, { wind_max_dir: 355 });
  const found = await compare(weather.db, 'S', { all: true });
  expect(found.values).toMatchObject([
    { part: 'max_dir', difference: 7, tolerance: null, verdict: 'unchecked' },
  ]);
  expect(found.agrees).toBe(true);
});

test('what observations carry and our aggregates lack is missing', async () => {
  await twoPeriods();
  await runAggregate(weather.db);
  await weather.db.query("update aggregate set out_temp_max = null where level = 'D'");
  await send('D', day, { out_temp_max: 21 });
  const found = await compare(weather.db, 'S');
  expect(found).toMatchObject({
    agrees: false,
    summary: [{ missing: 1, differ: 0, verdict: 'differs' }],
    values: [{ ours: null, theirs: 21, difference: null, verdict: 'missing' }],
  });
});

test("buckets and measures filled with the station's own are not compared with themselves", async () => {
  await twoPeriods();
  await send('D', '2021-05-01T00:00:00', { out_temp_max: 30 }, 'aggregation');
  await send('D', day, { out_temp_max: 21, etp_sum: 3, etp_duration: 1440 }, 'aggregation');
  await runAggregate(weather.db);
  const { rows } = await weather.db.query("select etp_sum from aggregate where level = 'D' and etp_sum = 3");
  expect(rows).toHaveLength(1);
  const found = await compare(weather.db, 'S', { level: 'D', all: true });
  expect(found.scopes).toEqual([{ source: 'aggregation', level: 'D', buckets: 2, unobserved: 1 }]);
  expect(found.values.map(shortly)).toEqual([['out_temp', 'max', 21, 21, 'agrees']]);
});

test('a bucket of which we have fewer minutes than the station says so', async () => {
  await twoPeriods();
  await runAggregate(weather.db);
  await send('D', day, { out_temp_max: 25, out_temp_duration: 1440 });
  const { values } = await compare(weather.db, 'S');
  expect(values).toMatchObject([
    { part: 'duration', verdict: 'differs', incomplete: { ours: 10, theirs: 1440 } },
    { part: 'max', verdict: 'differs', incomplete: { ours: 10, theirs: 1440 } },
  ]);
});

test('level, period and measures choose; all time is in no period', async () => {
  await twoPeriods();
  await observe(weather.db, 'S', { stop: '2021-07-01T13:05:00', out_temp: 15, humidity: 80 });
  await runAggregate(weather.db);
  const max = { out_temp_max: 21 };
  await send('D', day, max);
  await send('D', '2021-07-01T00:00:00', { out_temp_max: 15, humidity_max: 80 });
  await send('M', '2021-06-01T00:00:00', max);
  await send('A', null, max);
  const found = async (options: Parameters<typeof compare>[2]) =>
    (await compare(weather.db, 'S', { all: true, ...options })).values.map(
      ({ level, start, measure }) => `${level} ${start?.slice(0, 10)} ${measure}`,
    );
  expect(await found({})).toEqual([
    'D 2021-06-11 out_temp',
    'D 2021-07-01 out_temp',
    'D 2021-07-01 humidity',
    'M 2021-06-01 out_temp',
    'A undefined out_temp',
  ]);
  expect(await found({ level: 'all' })).toEqual(['A undefined out_temp']);
  expect(await found({ measures: ['humidity'] })).toEqual(['D 2021-07-01 humidity']);
  expect(await found({ from: '2021-06-11', to: '2021-06' })).toEqual(['D 2021-06-11 out_temp']);
  await expect(found({ level: 'A', from: '2021' })).rejects.toThrow(RangeError);
  await expect(found({ level: 'week' })).rejects.toThrow('There is no level "week"');
});

test('more buckets than are read at a time, each once; a limit lists so many and counts the rest', async () => {
  await weather.db.query(
    `insert into observation (station_id, stop, duration, file_id, out_temp)
     select 1, '2021-01-01T00:05:00Z'::timestamptz + interval '1 hour' * n, 5, 1, 20 from generate_series(0, 1200) n`,
  );
  await weather.db.query(
    `insert into dirty_hour (station_id, start) select 1, stop - interval '5 minutes' from observation`,
  );
  await runAggregate(weather.db);
  await weather.db.query(
    `insert into station_aggregate (station_id, level, start, source, file_id, values)
     select 1, 'H', start, 'validation', 1, '{"out_temp_max": 20.5}' from aggregate where level = 'H'`,
  );
  const found = await compare(weather.db, 'S', { limit: 20 });
  expect(found.summary).toMatchObject([{ buckets: 1201, differ: 1201 }]);
  expect(found.values).toHaveLength(20);
  expect(found.more).toBe(1181);
});
