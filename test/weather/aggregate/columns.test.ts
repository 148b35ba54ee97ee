import { afterAll, beforeAll, expect, test } from 'vitest';
import { aggregateColumns, measures } from '../../../src/weather/measures.ts';
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
afterAll(() => weather.close());

test('table aggregate has the columns of the catalogue of measures, in its order', async () => {
  const { rows } = await weather.db.query<{ name: string; type: string }>(
    `select column_name as name, case data_type when 'double precision' then 'number' else 'time' end as type
     from information_schema.columns where table_schema = 'weather' and table_name = 'aggregate'
       and column_name not in ('station_id', 'level', 'start')
     order by ordinal_position`,
  );
  expect(rows).toEqual(aggregateColumns);
});

test('the view by measure shows every facet of every measure', async () => {
  await addStation(weather.db, 'S1');
  const everything = Object.fromEntries(
    measures.flatMap((m, i) => [
      [m.name, i + 1],
      ...(m.facets.includes('max_dir')
        ? [
            [`${m.name}_max_dir`, i],
            [`${m.name}_max`, i + 2],
          ]
        : []),
    ]),
  ) as Record<string, number>;
  await observe(weather.db, 'S1', { stop: '2021-06-11T13:10:00', ...everything });
  await runAggregate(weather.db);
  const { rows } = await weather.db.query<Record<string, unknown>>(
    `select measure, sum, duration, mean, max, extract(epoch from max_time) as max_time, max_dir, min,
       extract(epoch from min_time) as min_time
     from aggregate_by_measure where level = 'H' and station = 'S1'`,
  );
  const stop = String(Date.parse('2021-06-11T13:10:00+04:00') / 1000) + '.000000';
  expect(rows).toEqual(
    measures.map((m, i) => {
      const value = i + 1;
      return {
        measure: m.name,
        sum: m.aggregate === 'total' ? value : m.aggregate === 'mean' ? value * 5 : null,
        duration: 5,
        mean: m.aggregate === 'mean' ? value : null,
        max: m.max ? (m.direction ? i + 2 : value) : null,
        max_time: m.max ? stop : null,
        max_dir: m.direction ? i : null,
        min: m.min ? value : null,
        min_time: m.min ? stop : null,
      };
    }),
  );
});

test('the view has no start for all time', async () => {
  const { rows } = await weather.db.query(
    'select distinct start from aggregate_by_measure where level = $1',
    ['A'],
  );
  expect(rows).toEqual([{ start: null }]);
});
