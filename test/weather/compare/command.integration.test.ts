import { afterAll, beforeAll, expect, test } from 'vitest';
import { addStation, observe, runAggregate } from '../support/weather-database.ts';
import { weatherInstallation, type WeatherInstallation } from '../support/weather-installation.ts';

let weather: WeatherInstallation;

beforeAll(async () => {
  weather = await weatherInstallation();
  await addStation(weather.db, 'MTG320');
  await addStation(weather.db, 'SILENT');
  await observe(weather.db, 'MTG320', { stop: '2021-06-11T13:10:00', out_temp: 20, wind_max: 9 });
  await runAggregate(weather.db);
});
afterAll(() => weather.close());

const regie = (...args: string[]) => weather.regie('compare', ...args);

/** The station's own day, in place of what it said before. */
async function send(start: string, values: Record<string, number>): Promise<void> {
  await weather.db.query(
    `insert into station_aggregate (station_id, level, start, source, file_id, values)
     values (1, 'D', $1, 'validation', 1, $2) on conflict (station_id, level, start, source)
     do update set values = excluded.values`,
    [start, JSON.stringify(values)],
  );
}

test('nothing to compare, in words, is no failure', async () => {
  const silent = await regie('silent');
  expect(silent).toMatchObject({ code: 0, err: '' });
  expect(silent.out).toContain('SILENT: nothing to compare. The station sent neither');
  await send('2021-05-31T20:00:00Z', { out_temp_max: 25 });
  const unobserved = await regie('MTG320');
  expect(unobserved.code).toBe(0);
  expect(unobserved.out).toContain('validation: 1 day; 1 without observations, so not compared');
});

test('agreement ends with 0, a difference with 1', async () => {
  await send('2021-06-10T20:00:00Z', { out_temp_max: 20, out_temp_avg: 20.005, wind_max: 9 });
  const agreeing = await regie('MTG320');
  expect(agreeing.code).toBe(0);
  expect(agreeing.out).toContain('3 numbers agree; none is beyond tolerance.');
  expect(agreeing.out).toMatch(/out_temp +mean +1 +1 +- +-0\.005 °C +0\.01 +2021-06-11 00:00 +agrees/);

  await send('2021-06-10T20:00:00Z', { out_temp_max: 22, out_temp_duration: 1440, wind_max: 9 });
  const differing = await regie('MTG320', '--level', 'day');
  expect(differing.code).toBe(1);
  expect(differing.out).toMatch(
    /2021-06-11 00:00 +out_temp +max +20 +22 +-2 °C +exact +DIFFERS \(5 of their 1440 min/,
  );
  expect(differing.out).toContain('1 number agrees; 2 beyond tolerance.');

  const json = (await regie('MTG320', '--measure', 'wind', '--all', '--json')).json();
  expect(json).toMatchObject({ station: 'MTG320', agrees: true, values: [{ measure: 'wind', ours: 9 }] });
});

test.each([
  [['NONE'], 'There is no station "NONE"'],
  [['MTG320', '--level', 'Z'], 'There is no level "Z"'],
  [['MTG320', '--measure', 'heat'], 'There is no measure "heat"'],
  [['MTG320', '--to', 'monday'], '"monday" is no date'],
  [['MTG320', '--from', '2021-06-11', '--to', '2021-06-10'], 'is not after the start'],
])('%j is wrong usage, in words', async (args, words) => {
  const said = await regie(...args);
  expect(said).toMatchObject({ code: 2, out: '' });
  expect(said.err).toContain(words);
});
