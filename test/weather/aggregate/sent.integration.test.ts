import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { verify } from '../../../src/weather/aggregate/verify-aggregates.ts';
import { traceLineage } from '../../../src/weather/read/lineage.ts';
import { show } from '../../../src/weather/read/read-buckets.ts';
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
});
afterAll(() => weather.close());
beforeEach(async () => {
  await weather.db.query(
    'truncate station, observation, aggregate, dirty_hour, station_aggregate restart identity',
  );
  await addStation(weather.db, 'S1');
});

/** An aggregate as the loader stores it; it queues the hours of those of level H. */
async function send(level: string, start: string, values: object, source = 'aggregation'): Promise<void> {
  await weather.db.query(
    `insert into station_aggregate (station_id, level, start, source, file_id, values)
     values (1, $1, $2::timestamp at time zone 'Indian/Reunion', $3, 7, $4)
     on conflict (station_id, level, start, source) do update set values = excluded.values`,
    [level, start, source, values],
  );
  if (level === 'H') {
    await weather.db.query(
      `insert into dirty_hour (station_id, start) values (1, $1::timestamp at time zone 'Indian/Reunion')`,
      [start],
    );
  }
  await runAggregate(weather.db);
}

const rows = async (level: string, measures = ['out_temp', 'rain', 'etp']) =>
  (await show(weather.db, 'S1', level, { measures })).map(({ row }) => row);

const day = {
  out_temp_avg: 20,
  out_temp_duration: 1440,
  out_temp_max: 25,
  out_temp_max_time: '2021-06-11T09:00:00.000Z',
  rain_sum: 3,
};

test('a day of the history without observations counts in its month, year and all time', async () => {
  await send('D', '2021-06-11', day);
  for (const level of ['D', 'M', 'Y', 'A']) {
    expect(await rows(level)).toMatchObject([
      { measure: 'out_temp', sum: 28_800, mean: 20, max: 25, maxTime: '2021-06-11T13:00:00', min: null },
      { measure: 'rain', sum: 3, duration: 1440 },
    ]);
  }
  expect(await rows('H')).toEqual([]);
  expect(await traceLineage(weather.db, 'S1', 'D', '2021-06-11')).toMatchObject({
    files: [{ observations: 0, first: null, aggregates: 1 }],
  });
  expect(await verify(weather.db)).toMatchObject({ equal: true, buckets: 4 });
});

test('what was observed wins, measure by measure; deleted, it leaves the place', async () => {
  await send('D', '2021-06-11', day);
  await observe(weather.db, 'S1', { stop: '2021-06-11T13:10:00', out_temp: 10 });
  await runAggregate(weather.db);
  expect(await rows('D')).toMatchObject([
    { measure: 'out_temp', sum: 50, duration: 5, max: 10, maxTime: '2021-06-11T13:10:00' },
    { measure: 'rain', sum: 3 },
  ]);
  await forget(weather.db, 'S1', '2021-06-11T13:10:00');
  await runAggregate(weather.db);
  expect(await rows('D')).toMatchObject([{ measure: 'out_temp', sum: 28_800 }, { measure: 'rain' }]);
  expect(await verify(weather.db)).toMatchObject({ equal: true, pending: 0 });
});

test('sent by the hour, beside observations that lack it', async () => {
  await observe(weather.db, 'S1', { stop: '2021-06-11T13:10:00', out_temp: 10 });
  await send('H', '2021-06-11T13:00', { etp_sum: 0.25 });
  await send('H', '2021-06-11T14:00', { etp_sum: 0.5 });
  expect((await rows('D')).filter(({ measure }) => measure === 'etp')).toMatchObject([
    { sum: 0.75, duration: 120 },
  ]);
});

test('sent again, also as nothing: the old one leaves no trace', async () => {
  await send('D', '2021-06-11', day);
  await send('D', '2021-06-11', { rain_sum: 5 });
  expect(await rows('A')).toMatchObject([{ measure: 'rain', sum: 5 }]);
  await send('D', '2021-06-11', {});
  expect((await weather.db.query('select from aggregate')).rowCount).toBe(0);
});

test('a validation only compares', async () => {
  await send('D', '2021-06-11', day, 'validation');
  expect(await rows('D')).toEqual([]);
});

test('climatology values too: a mean without minutes is that of the whole day', async () => {
  const omm = ['out_temp_omm', 'rain_omm'];
  await send('D', '2021-06-11', {
    out_temp_omm_avg: 20,
    out_temp_omm_max: 25,
    out_temp_omm_max_time: '2021-06-11T09:00:00.000Z',
    rain_omm_sum: 3,
  });
  for (const level of ['D', 'M', 'Y', 'A']) {
    expect(await rows(level, omm)).toMatchObject([
      {
        measure: 'out_temp_omm',
        sum: 28_800,
        duration: 1440,
        mean: 20,
        max: 25,
        maxTime: '2021-06-11T13:00:00',
      },
      { measure: 'rain_omm', sum: 3, duration: 1440 },
    ]);
  }
  // The night that follows does not make the day observed; its own noon does.
  await observe(weather.db, 'S1', { stop: '2021-06-12T03:00:00', out_temp: 30, rain: 1 });
  await runAggregate(weather.db);
  expect((await rows('D', omm))[0]).toMatchObject({ start: '2021-06-11T00:00:00', mean: 20, max: 25 });
  await observe(weather.db, 'S1', { stop: '2021-06-11T12:00:00', out_temp: 10 });
  await runAggregate(weather.db);
  expect((await rows('D', omm)).slice(0, 2)).toMatchObject([
    { sum: 600, duration: 60, max: 30, maxTime: '2021-06-12T03:00:00' },
    { measure: 'rain_omm', sum: 3 },
  ]);
  expect(await verify(weather.db)).toMatchObject({ equal: true, wrong: 0, pending: 0 });
});
