import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
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
  await addStation(weather.db, 'S1');
});

/** `[mean direction, weighted by speed]` of all time, as `show` and as the view give it. */
async function directions(observations: readonly Omit<Observed, 'stop'>[], measure = 'wind') {
  const at = (i: number) => new Date(Date.UTC(2021, 5, 11, i * 7, 10)).toISOString();
  await observe(weather.db, 'S1', ...observations.map((o, i) => ({ stop: at(i), ...o })));
  await runAggregate(weather.db);
  const [shown] = await show(weather.db, 'S1', 'A', { measures: [measure] });
  const { rows } = await weather.db.query<{ dir: number | null; dir_weighted: number | null }>(
    `select dir, dir_weighted from aggregate_by_measure where level = 'A' and measure = $1`,
    [measure],
  );
  const near = (value: number | null) => (value === null ? null : expect.closeTo(value, 9));
  const { dir, dirWeighted } = shown!.row;
  expect(rows).toEqual([{ dir: near(dir), dir_weighted: near(dirWeighted) }]);
  return [dir, dirWeighted];
}

const wind = (wind_dir: number, wind_avg: number, more = {}) => ({ wind_dir, wind_avg, ...more });
const near = (...values: number[]) => values.map((value) => expect.closeTo(value, 9));

test('350° and 10° are north, not south', async () => {
  expect(await directions([wind(350, 2), wind(10, 2)])).toEqual(near(0, 0));
});

test('weighted by speed: the stronger wind turns the mean', async () => {
  const weighted = (Math.atan2(1, 3) * 180) / Math.PI;
  expect(await directions([wind(90, 1), wind(180, 3)])).toEqual(near(135, 180 - weighted));
});

test('weighted by minutes', async () => {
  const longer = 90 - (Math.atan2(1, 2) * 180) / Math.PI;
  expect(await directions([wind(0, 1), wind(90, 1, { duration: 10 })])).toEqual(near(longer, longer));
});

test.each([0, 90, 135.5, 180, 270, 359.5])('a wind from %d° all the time', async (direction) => {
  expect(await directions([wind(direction, 2), wind(direction, 5)])).toEqual(near(direction, direction));
});

test('directions that cancel out have no mean', async () => {
  expect(await directions([wind(90, 3), wind(270, 3)])).toEqual([null, null]);
  expect(await directions([0, 72, 144, 216, 288].map((d) => wind(d, 3)))).toEqual([null, null]);
});

test('nor has calm, whatever is sent with it, nor wind without a direction', async () => {
  expect(await directions([wind(90, 0), { wind_avg: 2 }])).toEqual([null, null]);
  expect(await directions([wind(90, 0), { wind_avg: 2 }, wind(45, 1)])).toEqual(near(45, 45));
});

test('a direction without a speed counts in the mean of directions', async () => {
  expect(await directions([{ wind_dir: 45 }])).toEqual([expect.closeTo(45, 9), null]);
});

test('of wind10 and gusts as well; stations that take the instant value weight by it', async () => {
  expect(await directions([{ wind10_dir: 30, wind10: 2 }], 'wind10')).toEqual(near(30, 30));
  expect(await directions([{ gust_dir: 30, gust: 2 }], 'gust')).toEqual(near(30, 30));
  await weather.db.query(`update station set mean_from = 'instant'`);
  const instant = (wind_dir: number, speed: number) => ({ wind_dir, wind: speed, wind_avg: 1 });
  const weighted = (Math.atan2(1, 3) * 180) / Math.PI;
  expect(await directions([instant(90, 1), instant(180, 3)])).toEqual(near(135, 180 - weighted));
});
