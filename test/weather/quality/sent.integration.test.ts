import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { verify } from '../../../src/weather/aggregate/verify-aggregates.ts';
import { zoneOf } from '../../../src/time/zone.ts';
import { exclude, lift } from '../../../src/weather/quality/exclusions.ts';
import { doubtedKeys } from '../../../src/weather/quality/judge-sent.ts';
import { rulesOf } from '../../../src/weather/quality/limits.ts';
import { weatherSchema, weatherSection } from '../../../src/weather/weather-settings.ts';
import { openLoader, type Loader } from '../load/support.ts';
import { runAggregate } from '../support/weather-database.ts';
import { withSection } from '../../support/bare-config.ts';

const reunion = zoneOf('Indian/Reunion');
const midnight = Date.parse('2021-05-31T20:00:00Z');

describe('what a station computed itself', () => {
  const doubted = (
    values: Record<string, number | string>,
    level: 'H' | 'D' | 'M' = 'D',
    accept: string[] = [],
  ) => doubtedKeys(values, level, midnight, { zone: reunion, rules: rulesOf({ accept }) });

  test.each<[Record<string, number | string>, 'H' | 'D' | 'M', string[]]>([
    [{ out_temp_max: 50, out_temp_min: -40, out_temp_avg: 20, humidity_avg: 110 }, 'D', []],
    [
      { out_temp_max: 51, out_temp_max_time: '2021-06-01T09:00:00Z', out_temp_min: 12, out_temp_avg: 20 },
      'D',
      ['out_temp_max', 'out_temp_max_time'],
    ],
    [{ out_temp_avg: 60, out_temp_duration: 1440 }, 'D', ['out_temp_avg', 'out_temp_duration']],
    [{ out_temp_sum: 86_400, out_temp_duration: 1440 }, 'D', ['out_temp_sum', 'out_temp_duration']],
    // Rain of an hour, of a day, and of the thirty days of June.
    [{ rain_sum: 401 }, 'H', ['rain_sum']],
    [{ rain_sum: 401 }, 'D', []],
    [{ rain_sum: 3001, rain_duration: 1440 }, 'D', ['rain_sum', 'rain_duration']],
    [{ rain_sum: 90_000 }, 'M', []],
    [{ rain_sum: 90_001 }, 'M', ['rain_sum']],
    [{ rain_sum: -1 }, 'M', ['rain_sum']],
    [{ wind_max: 30, wind_max_dir: 361 }, 'D', ['wind_max_dir']],
    [{ out_temp_omm_max: 99, out_temp_omm_min: 9 }, 'D', ['out_temp_omm_max']],
    // Contradictions.
    [{ out_temp_max: 10, out_temp_min: 12 }, 'D', ['out_temp_max', 'out_temp_min']],
    [{ out_temp_max: 20, out_temp_min: 12, out_temp_avg: 22 }, 'D', ['out_temp_avg']],
    // Extremes of radiation are powers, not totals; nothing is known of what has no limits.
    [{ radiation_max: 20_000, etp_sum: 1e6, rx_avg: 500, out_temp: 700 }, 'D', []],
  ])('%j of level %s: doubtful are %j', (values, level, keys) => {
    expect(doubted(values, level)).toEqual(keys);
  });

  test('what the settings accept is taken', () => {
    expect(doubted({ out_temp_max: 99, rain_sum: 1e6 }, 'D', ['out_temp'])).toEqual(['rain_sum']);
  });
});

describe('in the database', () => {
  let loader: Loader;
  beforeAll(async () => {
    loader = await openLoader();
  });
  afterAll(() => loader.close());
  beforeEach(() =>
    loader.pool.query(
      'truncate weather.station, weather.station_aggregate, weather.aggregate, weather.dirty_hour, weather.exclusion restart identity',
    ),
  );

  const configure = (S1: unknown) => {
    loader.config = withSection(loader.config, weatherSection, weatherSchema.parse({ stations: { S1 } }));
  };
  const withDb = async <T>(work: (db: Parameters<typeof runAggregate>[0]) => Promise<T>): Promise<T> => {
    const db = await loader.pool.connect();
    try {
      await db.query('set search_path to weather');
      return await work(db);
    } finally {
      db.release();
    }
  };
  const load = async (...aggregations: object[]) => {
    loader.put('days.json', [
      { meteor: 'S1', data: [{ stop_dat: '2021-06-02T00:00:00', update_me: true, aggregations }] },
    ]);
    return loader.run();
  };
  /** Highest and lowest temperature and rain of the day, aggregated; and that nothing else would be computed. */
  const day = () =>
    withDb(async (db) => {
      await runAggregate(db);
      expect(await verify(db)).toMatchObject({ equal: true, pending: 0 });
      const { rows } = await db.query(
        "select out_temp_max as max, out_temp_min as min, rain_sum as rain from aggregate where level = 'D'",
      );
      return rows[0];
    });
  const sent = {
    level: 'D',
    start_dat: '2021-06-01T00:00:00',
    out_temp_max: 500,
    out_temp_min: 12,
    rain_sum: 3500,
  };

  it('values outside their limits are kept, counted, and fill nothing', async () => {
    configure({});
    expect((await load(sent)).counts).toMatchObject({ aggregates: 1, doubtful: 2 });
    expect(await day()).toEqual({ max: null, min: 12, rain: null });
    const [row] = await loader.query('select values, doubtful from weather.station_aggregate');
    expect(row).toEqual({ values: { out_temp_min: 12 }, doubtful: { out_temp_max: 500, rain_sum: 3500 } });
    // Sent again as it should be, nothing of it stays.
    await load({ ...sent, out_temp_max: 30, rain_sum: 9 });
    expect(await day()).toEqual({ max: 30, min: 12, rain: 9 });
    expect(await loader.query('select doubtful from weather.station_aggregate')).toEqual([
      { doubtful: null },
    ]);
  });

  it('limits that change are applied to what is there', async () => {
    configure({});
    await load({ ...sent, out_temp_max: 30 });
    expect(await day()).toEqual({ max: 30, min: 12, rain: null });
    configure({ limits: { out_temp: [15, 25] }, dayLimits: { rain: [0, 4000] } });
    expect((await loader.run()).changed).toBe(true);
    expect(await day()).toEqual({ max: null, min: null, rain: 3500 });
    configure({ accept: ['out_temp'] });
    await loader.run();
    expect(await day()).toEqual({ max: 30, min: 12, rain: null });
  });

  it('what an exclusion gives back is judged again', async () => {
    configure({});
    await load(sent);
    const none = { station: 'S1', measures: ['out_temp'], from: '2021-06-01', to: '2021-06-01', by: 'ann' };
    const first = await withDb((db) => exclude(db, none));
    expect(first).toMatchObject({ observations: 0, aggregates: 1, hours: 1, others: [] });
    const second = await withDb((db) => exclude(db, none));
    const [a, b] = [first, second].map(({ exclusions }) => exclusions[0]!.id) as [number, number];
    expect(second).toMatchObject({ aggregates: 0, others: [a] });
    expect(await day()).toBeUndefined();
    expect(await withDb((db) => lift(db, [a], 'bob'))).toMatchObject({ aggregates: 0, others: [b] });
    expect(await withDb((db) => lift(db, [b], 'bob'))).toMatchObject({ aggregates: 1, others: [] });
    expect(await day()).toEqual({ max: null, min: 12, rain: null });
  });
});
