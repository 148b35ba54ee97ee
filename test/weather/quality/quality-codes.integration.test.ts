import { afterAll, beforeAll, expect, test } from 'vitest';
import { measures, observationColumns } from '../../../src/weather/measures.ts';
import { fromValues } from '../../../src/weather/quality/quality-codes.ts';
import { weatherDatabase, type WeatherDatabase } from '../support/weather-database.ts';

let weather: WeatherDatabase;
beforeAll(async () => {
  weather = await weatherDatabase();
});
afterAll(() => weather.close());

test('view observation_by_measure is the one of the catalogue, and shows every value', async () => {
  const { db } = weather;
  await db.query(`create temp view made as
    select s.code as station, o.stop, v.measure, v.key, v.value, v.quality ${fromValues(measures)}`);
  const definition = async (view: string) =>
    (await db.query<{ sql: string }>('select pg_get_viewdef($1::regclass) as sql', [view])).rows[0]!.sql;
  expect(await definition('weather.observation_by_measure')).toBe(await definition('made'));

  const numbers = observationColumns.filter(({ type }) => type === 'number').map(({ name }) => name);
  await db.query("insert into station (code, timezone) values ('S1', 'UTC')");
  await db.query(
    `insert into observation (station_id, stop, duration, file_id, ${numbers.join(', ')})
     values (1, now(), 5, 1, ${numbers.map((_, i) => i).join(', ')})`,
  );
  const { rows } = await db.query('select key, value from observation_by_measure');
  expect(rows).toEqual(numbers.map((key, value) => ({ key, value })));
});
