import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/task/kind.ts';
import { openLoader, type Loader } from '../load/support.ts';
import { runAggregate } from '../support/weather-database.ts';

const data = fileURLToPath(new URL('../../../../shared/data/weather', import.meta.url));
const there = existsSync(`${data}/meteofrance`) && existsSync(`${data}/ovpf`);
if (!there) console.warn(`no real data at ${data}: its tests are left out`);

const HOUR = 3_600_000;

type Row = Record<string, string>;

/** The rows of Gillot's file by the names of their columns; read without any of the program's code. */
function gillot(): Row[] {
  const lines = readFileSync(`${data}/meteofrance/gilot-sample.csv`, 'latin1').trimEnd().split('\r\n');
  const names = lines[0]!.split(';').map((name) => name.trim());
  return lines
    .slice(1)
    .map((line) => Object.fromEntries(line.split(';').map((cell, at) => [names[at]!, cell])));
}

/** The gauge's lines: day and time as written, and the day's total. */
function gauge(): { day: string; time: string; mm: number }[] {
  return readFileSync(`${data}/ovpf/FORX-2024.txt`, 'latin1')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ') as [string, string, string])
    .map(([day, time, mm]) => ({ day, time, mm: Number(mm) }));
}

/** The day that an hour's row belongs to: 00 h ends the day before. */
const dayOf = ({ AAAAMMJJHH: hour }: Row) =>
  new Date(Date.UTC(+hour!.slice(0, 4), +hour!.slice(4, 6) - 1, +hour!.slice(6, 8), +hour!.slice(8)) - HOUR)
    .toISOString()
    .slice(0, 10);

function groupBy<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

/** The first row of the largest value in a column, or of the smallest. */
function extreme(rows: readonly Row[], column: string, sign: 1 | -1): Row {
  const given = rows.filter((row) => row[column] !== '');
  return given.reduce((best, row) => (sign * +row[column]! > sign * +best[column]! ? row : best));
}

const sum = (rows: readonly Row[], column: string) =>
  rows.reduce((total, row) => total + Number(row[column]), 0);

describe.skipIf(!there)('the real files of other sources', () => {
  let loader: Loader;
  let report: Report;

  beforeAll(async () => {
    loader = await openLoader({
      // The gauge's days are UTC's, so that its own totals can be the measure.
      weather: { stations: { GILLOT: {}, FORX: { timezone: 'UTC' } } },
      settings: {
        formats: [
          { match: 'meteofrance/*.csv', format: 'meteofrance', stations: { '97418110': 'GILLOT' } },
          { match: 'ovpf/*.txt', format: 'rain' },
        ],
      },
    });
    for (const name of ['meteofrance/gilot-sample.csv', 'ovpf/FORX-2024.txt']) {
      loader.put(name, readFileSync(`${data}/${name}`, 'latin1'));
    }
    report = await loader.run();
    const db = await loader.pool.connect();
    try {
      await db.query('set search_path to weather');
      await runAggregate(db);
    } finally {
      db.release(true);
    }
  }, 120_000);
  afterAll(() => loader?.close());

  const days = <R>(code: string, columns: string) =>
    loader.query<R & { day: string }>(
      `select to_char(a.start at time zone s.timezone, 'YYYY-MM-DD') as day, ${columns}
       from weather.aggregate a join weather.station s on s.id = a.station_id
       where s.code = $1 and a.level = 'D' order by a.start`,
      [code],
    );

  it('load whole: every row, nothing refused, nothing doubted', async () => {
    expect(report.counts).toMatchObject({ files: 2, loaded: gillot().length + gauge().length });
    expect(report.counts).not.toHaveProperty('rejected');
    expect(report.counts).not.toHaveProperty('doubtful');
    expect(await loader.query('select 1 from regie.incident')).toEqual([]);
  });

  it("give Gillot's days as its hours have them", async () => {
    const local = (column: string) =>
      `to_char(${column} at time zone s.timezone, 'HH24MI') as ${column.replace('_time', '_at')}`;
    const found = await days<Record<string, number>>(
      'GILLOT',
      `rain_sum, radiation_sum, out_temp_sum, out_temp_duration, out_temp_max, out_temp_min, humidity_min,
       barometer_min, gust_max, gust_max_dir, ${local('out_temp_max_time')}, ${local('out_temp_min_time')},
       ${local('gust_max_time')}`,
    );
    const expected = [...groupBy(gillot(), dayOf)].map(([day, rows]) => {
      const gust = extreme(rows, 'FXI', 1);
      const warmest = extreme(rows, 'TX', 1);
      const coldest = extreme(rows, 'TN', -1);
      return {
        day,
        rain_sum: expect.closeTo(sum(rows, 'RR1'), 6),
        radiation_sum: sum(rows, 'GLO'),
        out_temp_sum: expect.closeTo(sum(rows, 'T') * 60, 6),
        out_temp_duration: rows.length * 60,
        out_temp_max: Number(warmest['TX']),
        // An hour without extremes has its value.
        out_temp_min: Math.min(
          +coldest['TN']!,
          ...rows.filter((row) => row['TN'] === '').map((row) => +row['T']!),
        ),
        humidity_min: Number(extreme(rows, 'UN', -1)['UN']),
        barometer_min: Number(extreme(rows, 'PMERMIN', -1)['PMERMIN']),
        gust_max: Number(gust['FXI']),
        gust_max_dir: Number(gust['DXI']),
        out_temp_max_at: warmest['HTX']?.padStart(4, '0'),
        out_temp_min_at: coldest['HTN']?.padStart(4, '0'),
        gust_max_at: gust['HXI']?.padStart(4, '0'),
      };
    });
    expect(found).toHaveLength(expected.length);
    expect(found).toEqual(expected);
  });

  it('know that the sun of an overseas post is highest at noon, and when the eye of Belal came by', async () => {
    const [noon] = await loader.query(
      `select extract(hour from start at time zone 'Indian/Reunion')::int as hour
       from weather.aggregate where level = 'H' and radiation_sum is not null
       group by 1 order by sum(radiation_sum) desc limit 1`,
    );
    expect([11, 12]).toContain((noon as { hour: number }).hour);
    expect(
      await loader.query(
        `select to_char(start at time zone 'Indian/Reunion', 'YYYY-MM-DD HH24') as hour, barometer_min as hpa
         from weather.aggregate where level = 'H' order by barometer_min limit 1`,
      ),
    ).toEqual([{ hour: '2024-01-15 10', hpa: 973.5 }]);
  });

  it("give the gauge's days the totals that it counted itself", async () => {
    const found = await days<{ rain_sum: number }>('FORX', 'rain_sum');
    const own = groupBy(
      gauge().filter(({ time }) => time !== '00:00:00'),
      ({ day }) => day,
    );
    expect(found).toEqual(
      [...own].map(([day, lines]) => ({ day, rain_sum: expect.closeTo(lines.at(-1)!.mm, 6) })),
    );
    expect(found.reduce((total, { rain_sum }) => total + rain_sum, 0)).toBeCloseTo(938.3, 6);
  });
});
