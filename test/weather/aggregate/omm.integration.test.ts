import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { verify } from '../../../src/weather/aggregate/verify-aggregates.ts';
import { show, type AggregateRow } from '../../../src/weather/read/read-buckets.ts';
import {
  addStation,
  aggregatesOf,
  forget,
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

async function station(timezone = 'Indian/Reunion'): Promise<void> {
  await weather.db.query('truncate station, observation, aggregate, dirty_hour restart identity');
  await addStation(weather.db, 'S1', { timezone });
}
beforeEach(() => station());

async function aggregated(...observations: Observed[]): Promise<void> {
  await observe(weather.db, 'S1', ...observations);
  await runAggregate(weather.db);
}

const rows = async (level: string, measure: string) =>
  (await show(weather.db, 'S1', level, { measures: [measure] })).map(({ row }) => row);

const day = async (date: string, measure: string): Promise<AggregateRow | undefined> =>
  (await rows('D', measure)).find(({ start }) => start!.startsWith(date));

const at = (stop: string, out_temp: number) => ({ stop: `2021-06-${stop}:00`, out_temp });

describe('means of the values on the hour', () => {
  test('worked case: 13:30 = 20, 13:00 = 10, 14:00 = 30', async () => {
    await aggregated(at('11T13:30', 20), at('11T13:00', 10), at('11T14:00', 30));
    expect(await rows('H', 'out_temp_omm')).toMatchObject([
      { start: '2021-06-11T12:00:00', sum: 600, duration: 60, mean: 10 },
      { start: '2021-06-11T13:00:00', sum: 1800, duration: 60, mean: 30 },
    ]);
    for (const level of ['D', 'M', 'Y', 'A']) {
      expect(await rows(level, 'out_temp_omm')).toMatchObject([{ sum: 2400, duration: 120, mean: 20 }]);
    }
  });

  test('of the plain value, of wind the average; midnight ends the day', async () => {
    await aggregated({
      stop: '2021-06-12T00:00:00',
      out_temp: 20,
      out_temp_avg: 21,
      humidity: 80,
      humidity_avg: 81,
      barometer: 1010,
      wind: 9,
      wind_avg: 4,
      rain: 1,
    });
    for (const [measure, mean] of [
      ['out_temp_omm', 20],
      ['humidity_omm', 80],
      ['barometer_omm', 1010],
      ['wind_omm', 4],
    ] as const) {
      expect(await day('2021-06-11', measure)).toMatchObject({ mean, duration: 60 });
    }
  });
});

describe('windows that cross midnight', () => {
  test('maximum over (07:00, 07:00 of the next day], minimum over (19:00 of the day before, 19:00]', async () => {
    await aggregated(
      at('10T19:00', -9),
      at('10T19:05', 11),
      at('11T07:00', 40),
      at('11T07:05', 20),
      at('11T19:00', 10),
      at('11T19:05', -5),
      at('12T07:00', 30),
      at('12T07:05', 50),
    );
    expect(await day('2021-06-11', 'out_temp_omm')).toMatchObject({
      max: 30,
      maxTime: '2021-06-12T07:00:00',
      min: 10,
      minTime: '2021-06-11T19:00:00',
    });
    expect(await rows('M', 'out_temp_omm')).toMatchObject([{ max: 50, min: -9 }]);
  });

  test('of plain values only; the earliest of equal ones', async () => {
    await aggregated(
      { ...at('11T12:00', 20), out_temp_max: 35, out_temp_min: 2 },
      at('11T13:05', 20),
      at('12T01:00', 20),
      at('11T08:00', 15),
    );
    expect(await day('2021-06-11', 'out_temp_omm')).toMatchObject({
      max: 20,
      maxTime: '2021-06-11T12:00:00',
      min: 15,
      minTime: '2021-06-11T08:00:00',
    });
  });

  test('rain of all observations over (07:00, 07:00 of the next day]; months add days up', async () => {
    const rain = (stop: string, mm: number) => ({ stop: `2021-${stop}:00`, rain: mm });
    await aggregated(
      rain('06-30T07:00', 1),
      rain('06-30T07:05', 2),
      rain('06-30T12:35', 4),
      rain('07-01T00:00', 8),
      rain('07-01T03:20', 16),
      rain('07-01T07:00', 32),
      rain('07-01T07:05', 64),
    );
    expect(await day('2021-06-30', 'rain_omm')).toMatchObject({ sum: 62, duration: 25 });
    expect(await day('2021-07-01', 'rain_omm')).toMatchObject({ sum: 64, duration: 5 });
    expect(await rows('M', 'rain_omm')).toMatchObject([{ sum: 62 }, { sum: 64 }]);
    expect(await rows('M', 'rain')).toMatchObject([{ sum: 15 }, { sum: 112 }]);
  });

  test('a day without observations of its own has none, whatever its neighbours have', async () => {
    await aggregated(at('11T03:00', 20), at('11T21:00', 10));
    expect((await rows('D', 'out_temp_omm')).map(({ start, max, min }) => [start, max, min])).toEqual([
      ['2021-06-11T00:00:00', 10, 20],
    ]);
  });
});

describe('late, replaced and deleted data', () => {
  const nights = [at('10T12:00', 15), at('11T12:00', 16), at('12T12:00', 17)];

  test.each([
    ['a night before 07:00 concerns the day before', '11T05:00', 30, '2021-06-10', 'max'],
    ['an evening after 19:00 concerns the day after', '11T22:00', 1, '2021-06-12', 'min'],
  ] as const)('%s', async (_, stop, value, date, which) => {
    await aggregated(...nights);
    const before = await aggregatesOf(weather.db);
    await aggregated(at(stop, value));
    expect((await day(date, 'out_temp_omm'))![which]).toBe(value);
    await aggregated(at(stop, value + 1));
    expect((await day(date, 'out_temp_omm'))![which]).toBe(value + 1);
    await forget(weather.db, 'S1', `2021-06-${stop}:00`);
    const { pending, wrong } = await verify(weather.db);
    // Its hour, its day, the neighbour, and what is above them: they wait, none is wrong.
    expect({ wrong, pending: pending > 2 }).toEqual({ wrong: 0, pending: true });
    await runAggregate(weather.db);
    expect(await aggregatesOf(weather.db)).toEqual(before);
    expect(await verify(weather.db)).toMatchObject({ equal: true, pending: 0 });
  });
});

describe('days of the clock change', () => {
  /** An observation every 5 minutes in (from, to], the number of the observation as temperature, rain 1 each. */
  async function observeAll(timezone: string, from: string, to: string): Promise<void> {
    await station(timezone);
    const all: Observed[] = [];
    for (let stop = Date.parse(from) + 300_000; stop <= Date.parse(to); stop += 300_000) {
      all.push({ stop: new Date(stop).toISOString(), out_temp: all.length / 100, rain: 1 });
    }
    await aggregated(...all);
  }

  test.each([
    ['forward: 23 values on the hour', '2021-03-28', '2021-03-27T00:00:00Z', '2021-03-29T12:00:00Z', 23],
    ['back: 25 values on the hour', '2021-10-31', '2021-10-30T00:00:00Z', '2021-11-01T12:00:00Z', 25],
  ])('%s, and the windows end at 07:00 and 19:00 of the clock', async (_, date, from, to, hours) => {
    await observeAll('Europe/Paris', from, to);
    const next = new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
    const before = new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
    expect(await day(date, 'out_temp_omm')).toMatchObject({
      duration: hours * 60,
      maxTime: `${next}T07:00:00`,
      minTime: `${before}T19:05:00`,
    });
    // The change lies before 07:00: it shortens or lengthens the day before, from 07:00 on.
    expect(await day(date, 'rain_omm')).toMatchObject({ sum: 288, duration: 1440 });
    expect(await day(before, 'rain_omm')).toMatchObject({ duration: hours * 60 });
    expect(await verify(weather.db)).toMatchObject({ equal: true, wrong: 0 });
  });
});
