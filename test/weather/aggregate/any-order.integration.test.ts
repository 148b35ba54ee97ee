import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verify } from '../../../src/weather/aggregate/verify-aggregates.ts';
import {
  oracle,
  type OracleAggregates,
  type OracleBucket,
  type OracleObservation,
} from '../support/oracle.ts';
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

/** Where something happens: the turn of a year, changes of time, also at midnight, and half-hour zones. */
const places = [
  { zone: 'Indian/Reunion', around: '2021-12-31T19:40:00Z' },
  { zone: 'Europe/Paris', around: '2021-03-28T00:40:00Z' },
  { zone: 'Europe/Paris', around: '2021-10-31T00:40:00Z' },
  { zone: 'America/Havana', around: '2021-11-07T05:00:00Z' },
  { zone: 'America/Havana', around: '2021-03-14T05:00:00Z' },
  { zone: 'Asia/Kolkata', around: '2021-06-30T18:10:00Z' },
  { zone: 'Australia/Lord_Howe', around: '2021-04-03T14:40:00Z' },
  { zone: 'Australia/Lord_Howe', around: '2021-10-02T15:10:00Z' },
  { zone: 'Pacific/Apia', around: '2011-12-30T09:40:00Z' },
];

const value = (most: number) => fc.integer({ min: 0, max: most }).map((n) => n / 10);
// Few values, so that ties of extremes are common.
const values = fc.record(
  {
    out_temp: value(30),
    out_temp_avg: value(30),
    rain: value(12),
    wind_avg: fc.integer({ min: 0, max: 3 }),
    wind_dir: fc.constantFrom(0, 90, 180, 270),
    wind_max: fc.integer({ min: 0, max: 3 }),
    wind_max_dir: fc.constantFrom(90, 180),
  },
  { requiredKeys: [] },
);

/** Periods of 5 minutes, within three hours of where it happens, or about the nights beside it; or days later. */
const slot = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -36, max: 36 }) },
  { weight: 2, arbitrary: fc.integer({ min: -40, max: 40 }).map((n) => n * 12) },
  { weight: 1, arbitrary: fc.constantFrom(-9000, -288, 288, 600, 9000, 110_000) },
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('observe' as const), slot, values }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('forget' as const), slot }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('aggregate' as const), batch: fc.integer({ min: 1, max: 4 }) }),
  },
);

test('whatever is observed, replaced, deleted and late, and in whatever batches: as computed in one go', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...places),
      fc.array(step, { minLength: 1, maxLength: 30 }),
      async ({ zone, around }, steps) => {
        const { db } = weather;
        await db.query('truncate station, observation, aggregate, dirty_hour restart identity');
        await addStation(db, 'S1', { timezone: zone });
        const known = new Map<number, OracleObservation>();
        for (const each of steps) {
          if (each.what === 'aggregate') {
            await runAggregate(db, { batch: each.batch });
            continue;
          }
          const stop = Date.parse(around) + each.slot * 300_000;
          const iso = new Date(stop).toISOString();
          if (each.what === 'forget') {
            known.delete(stop);
            await forget(db, 'S1', iso);
          } else {
            known.set(stop, { stop, duration: 5, ...each.values });
            // A key left out must not keep the value of the observation that is replaced.
            await forget(db, 'S1', iso);
            await observe(db, 'S1', { stop: iso, ...each.values });
          }
        }
        await runAggregate(db, { batch: 3 });
        expect(await stored(zone)).toEqual(oracle([...known.values()], zone));
        expect(await verify(db)).toMatchObject({ equal: true, wrong: 0, pending: 0 });
      },
    ),
    { numRuns: 25 },
  );
});

const columns = Object.keys({
  out_temp_sum: 0,
  out_temp_duration: 0,
  out_temp_max: 0,
  out_temp_max_time: 0,
  out_temp_min: 0,
  out_temp_min_time: 0,
  out_temp_omm_sum: 0,
  out_temp_omm_duration: 0,
  out_temp_omm_max: 0,
  out_temp_omm_max_time: 0,
  out_temp_omm_min: 0,
  out_temp_omm_min_time: 0,
  rain_sum: 0,
  rain_duration: 0,
  rain_omm_sum: 0,
  rain_omm_duration: 0,
  wind_u: 0,
  wind_v: 0,
  wind_dir_u: 0,
  wind_dir_v: 0,
  wind_max: 0,
  wind_max_time: 0,
  wind_max_dir: 0,
} satisfies Record<keyof OracleBucket, 0>);

/** The stored aggregates under the oracle's keys; PostgreSQL's calendar names the days. */
async function stored(zone: string): Promise<OracleAggregates> {
  const { rows } = await weather.db.query<Record<string, unknown> & { level: string; key: string }>(
    `select level, case level
         when 'H' then (extract(epoch from start) * 1000)::bigint::text
         when 'D' then to_char(start at time zone $1, 'YYYY-MM-DD')
         when 'M' then to_char(start at time zone $1, 'YYYY-MM')
         when 'Y' then to_char(start at time zone $1, 'YYYY') end as key,
       ${columns.join(', ')} from aggregate order by level, start`,
    [zone],
  );
  return new Map(
    rows.map(({ level, key, ...values }) => [
      level === 'A' ? 'A' : `${level} ${key}`,
      Object.fromEntries(
        Object.entries(values).map(([name, v]) => [name, v instanceof Date ? v.getTime() : v]),
      ) as unknown as OracleBucket,
    ]),
  );
}
