import { afterAll, beforeAll, expect, test } from 'vitest';
import { aggregateColumns, aggregateMeasures, measures, type Column } from '../../../src/weather/measures.ts';
import { show } from '../../../src/weather/read/read-buckets.ts';
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

test('table aggregate has the columns of the catalogue of measures', async () => {
  const { rows } = await weather.db.query<Column>(
    `select column_name as name, case data_type when 'double precision' then 'number' else 'time' end as type
     from information_schema.columns where table_schema = 'weather' and table_name = 'aggregate'
       and column_name not in ('station_id', 'level', 'start')`,
  );
  const byName = (columns: readonly Column[]) => columns.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  expect(byName(rows)).toEqual(byName(aggregateColumns));
});

test('the view by measure shows every facet of every measure, as show does', async () => {
  await addStation(weather.db, 'S1');
  const everything = Object.fromEntries(
    measures.flatMap((m, i) => [
      [m.name, i + 1],
      ...m.facets
        .filter((facet) => facet === 'avg' || facet === 'dir' || facet === 'max' || facet === 'max_dir')
        .map((facet) => [`${m.name}_${facet}`, facet === 'max' ? i + 2 : facet.endsWith('dir') ? i : i + 1]),
    ]),
  ) as Record<string, number>;
  await observe(weather.db, 'S1', { stop: '2021-06-11T14:00:00', ...everything });
  await runAggregate(weather.db);
  const { rows } = await weather.db.query<Record<string, unknown>>(
    `select measure, sum, duration, mean, max, extract(epoch from max_time) as max_time, max_dir, min,
       extract(epoch from min_time) as min_time, dir, dir_weighted
     from aggregate_by_measure where level = 'H' and station = 'S1'`,
  );
  const stop = String(Date.parse('2021-06-11T14:00:00+04:00') / 1000) + '.000000';
  expect(rows).toEqual(
    aggregateMeasures.map((m) => {
      const i = measures.findIndex(({ name }) => name === ('of' in m ? m.of : m.name));
      const value = i + 1;
      const duration = 'of' in m && m.aggregate === 'mean' ? 60 : 5;
      const direction: unknown = m.direction ? expect.closeTo(i, 10) : null;
      return {
        measure: m.name,
        sum: m.aggregate === 'total' ? value : m.aggregate === 'mean' ? value * duration : null,
        duration,
        mean: m.aggregate === 'mean' ? value : null,
        max: m.max ? (m.facets.includes('max') ? i + 2 : value) : null,
        max_time: m.max ? stop : null,
        max_dir: m.direction ? i : null,
        min: m.min ? value : null,
        min_time: m.min ? stop : null,
        dir: direction,
        dir_weighted: direction,
      };
    }),
  );
  const shown = await show(weather.db, 'S1', 'H');
  expect(shown.map(({ row: { measure, dir, dirWeighted } }) => [measure, dir, dirWeighted])).toEqual(
    rows.map(({ measure, dir, dir_weighted }) => [
      measure,
      dir === null ? null : expect.closeTo(dir as number, 10),
      dir_weighted === null ? null : expect.closeTo(dir_weighted as number, 10),
    ]),
  );
});

test('the view has no start for all time', async () => {
  const { rows } = await weather.db.query(
    'select distinct start from aggregate_by_measure where level = $1',
    ['A'],
  );
  expect(rows).toEqual([{ start: null }]);
});
