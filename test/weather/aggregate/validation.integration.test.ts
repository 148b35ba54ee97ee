import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verify } from '../../../src/weather/aggregate/verify-aggregates.ts';
import { openLoader, type Loader } from '../load/support.ts';
import { runAggregate } from '../support/weather-database.ts';

const data = fileURLToPath(new URL('../../../../shared/data/weather', import.meta.url));
const there = existsSync(data);
if (!there) console.warn(`no real data at ${data}: its tests are left out`);

/** A day as we and the station computed it. */
interface Day {
  name: string;
  ours: Record<string, number | null>;
  theirs: Record<string, number>;
}

/** What agrees exactly on every day with what the stations computed. */
const exact = [
  ...['out_temp', 'humidity', 'barometer', 'in_temp', 'in_humidity', 'dewpoint', 'pressure', 'rx'].flatMap(
    (m) => [`${m}_max`, `${m}_min`],
  ),
  'heatindex_max',
  'windchill_min',
  'rain_rate_max',
  'voltage_max',
  'voltage_min',
  'wind_max',
  ...[
    'out_temp',
    'humidity',
    'barometer',
    'in_temp',
    'in_humidity',
    'dewpoint',
    'pressure',
    'rx',
    'heatindex',
  ].map((m) => `${m}_duration`),
  'windchill_duration',
  'rain_duration',
  'wind_duration',
  'voltage_duration',
];
/** How far means may be apart when ours are made of averages, theirs of values at the end of each period. */
const tolerance = { out_temp: 0.01, humidity: 0.09, barometer: 0.006 };

interface SentDay {
  level: string;
  start_dat?: string;
  out_temp_s?: number;
  [key: string]: unknown;
}

/** Every day that the stations computed, sums under our name. */
function sentDays(): { name: string; theirs: Record<string, number> }[] {
  const files = [
    ...['MTG280', 'MTG320'].flatMap((folder) =>
      readdirSync(path.join(data, folder))
        .filter((name) => name.startsWith('day.'))
        .map((name) => ({ file: `${folder}/${name}`, key: 'validation' as const })),
    ),
    { file: 'MTG320/MTG320.days.complet.json', key: 'aggregations' as const },
  ];
  return files.flatMap(({ file, key }) => {
    const entries = JSON.parse(readFileSync(path.join(data, file), 'utf8')) as {
      meteor: string;
      data: Record<typeof key, SentDay[] | undefined>[];
    }[];
    return entries.flatMap(({ meteor, data: items }) =>
      items
        .flatMap((item) => item[key] ?? [])
        .filter((day) => day.level === 'D' && day.out_temp_s !== undefined)
        .map((day) => ({
          name: `${meteor} ${day.start_dat!.slice(0, 10)} ${key}`,
          theirs: Object.fromEntries(
            Object.entries(day).map(([k, value]) => [k.replace(/_s$/, '_sum'), value]),
          ) as Record<string, number>,
        })),
    );
  });
}

describe.skipIf(!there)("our days and the stations' own validation", () => {
  let loader: Loader;
  let db: PoolClient;
  let days: Day[];

  beforeAll(async () => {
    loader = await openLoader();
    for (const folder of ['MTG280', 'MTG320', 'one-per-file']) {
      for (const name of readdirSync(path.join(data, folder)).filter((n) => n.endsWith('.json'))) {
        loader.put(`${folder}/${name}`, readFileSync(path.join(data, folder, name), 'utf8'));
      }
    }
    await loader.run();
    db = await loader.pool.connect();
    await runAggregate(db);
    days = await readDays(db);
  });
  afterAll(async () => {
    db?.release();
    await loader?.close();
  });

  /**
   * Whole days of observations that the station computed as well: under `validation` of its day files, and under
   * `aggregations` of its history. Not 12 May: that day's files give wind in km/h.
   */
  async function readDays(client: PoolClient): Promise<Day[]> {
    const { rows } = await client.query<{ day: string; ours: Day['ours'] }>(
      `select s.code || ' ' || (a.start at time zone s.timezone)::date as day, to_jsonb(a) as ours
       from aggregate a join station s on s.id = a.station_id
       where a.level = 'D' and (select count(*) from observation o where o.station_id = a.station_id
         and o.stop > a.start and o.stop <= a.start + interval '24 hours') = 288`,
    );
    const ours = new Map(rows.map((row) => [row.day, row.ours]));
    return sentDays().flatMap(({ name, theirs }) => {
      const own = ours.get(name.slice(0, 17));
      return own && !name.includes('2021-05-12') ? [{ name, ours: own, theirs }] : [];
    });
  }

  /** `day column ours theirs` of each number that is further apart than allowed. */
  function differences(columns: readonly string[], allowed: (theirs: number) => number): string[] {
    return days.flatMap(({ name, ours, theirs }) =>
      columns
        .filter((c) => typeof theirs[c] === 'number')
        .filter((c) => !(Math.abs((ours[c] ?? Number.NaN) - theirs[c]!) <= allowed(theirs[c]!)))
        .map((c) => `${name} ${c} ${ours[c]} ${theirs[c]}`),
    );
  }

  const mean = (values: Record<string, number | null>, m: string) =>
    values[`${m}_sum`]! / values[`${m}_duration`]!;

  test('there are 33 days to compare', () => {
    expect(days).toHaveLength(33);
  });

  test('maxima, minima and durations agree exactly', () => {
    expect(differences(exact, () => 0)).toEqual([]);
  });

  test('sums of rain and of wind agree to the digits that the station prints', () => {
    expect(differences(['rain_sum', 'wind_sum'], (theirs) => Math.abs(theirs) * 1e-11)).toEqual([]);
  });

  test('means agree within what average and instant differ by', () => {
    const apart = days.flatMap(({ name, ours, theirs }) =>
      Object.entries(tolerance)
        .filter(([m, most]) => !(Math.abs(mean(ours, m) - mean(theirs, m)) <= most))
        .map(([m]) => `${name} ${m}`),
    );
    expect(apart).toEqual([]);
  });

  test('climatology values agree: means to the digits printed, extremes exactly, rain on all days but one', () => {
    const omm = days.filter(({ theirs }) => theirs['out_temp_omm_avg'] !== undefined);
    expect(omm).toHaveLength(33);
    const extremes = ['out_temp_omm_max', 'out_temp_omm_min'];
    expect(differences(extremes, () => 0)).toEqual([]);
    const apart = omm.flatMap(({ name, ours, theirs }) =>
      ['out_temp_omm', 'humidity_omm', 'barometer_omm', 'wind_omm']
        .filter((m) => !(Math.abs(mean(ours, m) - theirs[`${m}_avg`]!) <= 1e-8))
        .map((m) => `${name} ${m} ${mean(ours, m)} ${theirs[`${m}_avg`]}`),
    );
    expect(apart).toEqual([]);
    // The last day's rain fell in the morning after it, of which there are no observations.
    expect(differences(['rain_omm_sum'], (theirs) => Math.abs(theirs) * 1e-9)).toEqual([
      'MTG320 2021-06-14 validation rain_omm_sum 0 1.778',
      'MTG320 2021-06-14 aggregations rain_omm_sum 0 1.778',
    ]);
  });

  test('means agree to 1e-8 once the stations take the instant value', async () => {
    await db.query(`update station set mean_from = 'instant'`);
    await runAggregate(db);
    days = await readDays(db);
    const measures = ['out_temp', 'humidity', 'barometer', 'in_temp', 'in_humidity', 'rx', 'voltage', 'wind'];
    const apart = days.flatMap(({ name, ours, theirs }) =>
      measures
        .filter((m) => theirs[`${m}_sum`] !== undefined)
        .filter((m) => !(Math.abs(mean(ours, m) - mean(theirs, m)) <= 1e-8))
        .map((m) => `${name} ${m} ${mean(ours, m)} ${mean(theirs, m)}`),
    );
    expect(apart).toEqual([]);
  });

  test('days of the history, which has no observations, are as the station made them', async () => {
    const { rows } = await db.query<{ ours: Record<string, number>; theirs: Record<string, number> }>(
      `select to_jsonb(a) as ours, v.values as theirs
       from station_aggregate v left join aggregate a using (station_id, level, start)
       where v.source = 'aggregation' and v.level = 'D' and v.start < '2021-05-01'`,
    );
    expect(rows.length).toBeGreaterThan(600);
    const apart = rows.filter(({ ours, theirs }) =>
      [
        'out_temp_sum',
        'out_temp_duration',
        'rain_sum',
        'wind_max',
        'wind_max_dir',
        'barometer_min',
        'out_temp_omm_max',
        'out_temp_omm_min',
        'rain_omm_sum',
      ].some((column) => (ours?.[column] ?? null) !== (theirs[column] ?? null)),
    );
    expect(apart).toEqual([]);
  });

  test('evapotranspiration, which stations send by the hour, adds up', async () => {
    const { rows } = await db.query<{ hours: number; sum: number; day: number; duration: number }>(
      `select count(*)::int as hours, sum(h.etp_sum) as sum, min(d.etp_sum) as day, min(d.etp_duration) as duration
       from aggregate d join aggregate h on h.station_id = d.station_id and h.level = 'H'
         and h.start >= d.start and h.start < d.start + interval '24 hours'
       where d.level = 'D' and d.start = '2021-05-11T20:00:00Z' and h.etp_sum is not null`,
    );
    const [{ hours, sum, day, duration }] = rows as [(typeof rows)[0]];
    expect(hours).toBeGreaterThan(0);
    expect(day).toBeCloseTo(sum, 12);
    expect(duration).toBe(hours * 60);
  });

  test('and verify finds nothing', async () => {
    expect(await verify(db)).toMatchObject({ equal: true, stations: 2, wrong: 0, pending: 0 });
  });
});
