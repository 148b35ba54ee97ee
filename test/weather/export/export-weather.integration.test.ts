import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { observationColumns } from '../../../src/weather/measures.ts';
import { exportWeather, type ExportOptions } from '../../../src/weather/export/export-weather.ts';
import { addStation, observe, runAggregate } from '../support/weather-database.ts';
import { weatherInstallation, type WeatherInstallation } from '../support/weather-installation.ts';

let weather: WeatherInstallation;
let folder: string;

beforeAll(async () => {
  weather = await weatherInstallation();
  const { db } = weather;
  await addStation(db, 'MTG320');
  await addStation(db, 'EMPTY');
  await addStation(db, 'PARIS', { timezone: 'Europe/Paris' });
  await observe(
    db,
    'MTG320',
    { stop: '2021-06-10T13:10:00', out_temp: 20.123456789, rain: 0.2 },
    { stop: '2021-06-11T00:00:00', out_temp: 22, out_temp_max: 23, out_temp_max_time: '2021-06-10T23:57:30' },
    { stop: '2021-06-11T00:05:00', wind_max: 9, wind_max_dir: 90, wind_avg: 4, wind_dir: 135 },
  );
  // Both times 02:30 of the night when clocks go back.
  await observe(
    db,
    'PARIS',
    { stop: '2021-10-31T00:30:00Z', out_temp: 5 },
    { stop: '2021-10-31T01:30:00Z', out_temp: 6 },
  );
  await db.query(`update observation set doubtful = '{"humidity": 260}', extra = '{"note": "a \\"b\\",\\r\\nc é"}'
                  where out_temp = 22`);
  await runAggregate(db);
});
afterAll(() => weather.close());
beforeEach(() => {
  folder = mkdtempSync(path.join(weather.root, 'out-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = async (format: 'parquet' | 'csv', options: Partial<ExportOptions> = {}) => {
  const file = path.join(folder, `${readdirSync(folder).length}.${format}`);
  const done = await exportWeather(weather.db, file, { stations: [], level: 'O', format, ...options });
  return { file, done };
};
const parquet = async (options?: Partial<ExportOptions>) => {
  const { file, done } = await write('parquet', options);
  const buffer = await asyncBufferFromFile(file);
  const rows = await parquetReadObjects({ file: buffer });
  return { rows, done, metadata: await parquetMetadataAsync(buffer) };
};
const csv = async (options?: Partial<ExportOptions>) => {
  const { file } = await write('csv', options);
  return readFileSync(file, 'utf8');
};

describe('observations', () => {
  test('as Parquet: every column typed, times as instants beside the local time', async () => {
    const { rows, done, metadata } = await parquet();
    expect(done).toMatchObject({
      level: 'O',
      rows: 5,
      stations: [
        { station: 'MTG320', rows: 3 },
        { station: 'PARIS', rows: 2 },
      ],
    });
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatchObject({
      station: 'MTG320',
      stop: new Date('2021-06-10T09:10:00Z'),
      local_stop: '2021-06-10T13:10:00',
      duration: 5,
      out_temp: 20.123456789,
      rain: 0.2,
    });
    expect(rows[1]).toMatchObject({
      out_temp_max_time: new Date('2021-06-10T19:57:30Z'),
      doubtful: '{"humidity":260}',
    });
    expect(rows[0]!['wind_avg'] ?? null).toBeNull();
    const columns = parquetSchema(metadata).children.map(({ element }) => element);
    expect(columns.map(({ name }) => name)).toEqual([
      'station',
      'stop',
      'local_stop',
      'duration',
      ...observationColumns.map(({ name }) => name),
      'doubtful',
      'excluded',
      'extra',
    ]);
    const typed = Object.fromEntries(columns.map((c) => [c.name, [c.type, c.converted_type]]));
    expect(typed).toMatchObject({
      stop: ['INT64', 'TIMESTAMP_MILLIS'],
      out_temp_max_time: ['INT64', 'TIMESTAMP_MILLIS'],
      out_temp: ['DOUBLE', undefined],
      station: ['BYTE_ARRAY', 'UTF8'],
    });
  });

  test('a time at the end is that moment', async () => {
    const { done } = await parquet({
      stations: ['MTG320'],
      from: '2021-06-10T13:10',
      to: '2021-06-11T00:04',
    });
    expect(done.rows).toBe(1);
    const whole = await parquet({ stations: ['MTG320'], from: '2021-06-10', to: '2021-06-10' });
    expect(whole.done.rows).toBe(2);
  });

  test('an hour that comes twice is told apart in both ways', async () => {
    const { rows } = await parquet({ stations: ['paris'] });
    expect(rows.map((row) => [(row['stop'] as Date).toISOString(), row['local_stop']])).toEqual([
      ['2021-10-31T00:30:00.000Z', '2021-10-31T02:30:00+02:00'],
      ['2021-10-31T01:30:00.000Z', '2021-10-31T02:30:00+01:00'],
    ]);
  });

  test('as CSV: RFC 4180, the same columns', async () => {
    const [head, first] = (await csv({ measures: ['out_temp'] })).split('\r\n');
    expect(head).toBe(
      'station,stop,local_stop,duration,out_temp,out_temp_avg,out_temp_sum,out_temp_duration,' +
        'out_temp_max,out_temp_max_time,out_temp_min,out_temp_min_time,doubtful,excluded',
    );
    expect(first).toBe('MTG320,2021-06-10T09:10:00.000Z,2021-06-10T13:10:00,5,20.123456789,,,,,,,,,');
    // Quotes and line breaks of an unknown key's text survive: JSON escapes the breaks, CSV the quotes.
    expect(await csv({ stations: ['MTG320'] })).toContain(String.raw`"{""note"":""a \""b\"",\r\nc é""}"`);
  });

  test('a day ends with its midnight', async () => {
    const { rows } = await parquet({ stations: ['MTG320'], from: '2021-06-10', to: '2021-06-10' });
    expect(rows.map((row) => row['local_stop'])).toEqual(['2021-06-10T13:10:00', '2021-06-11T00:00:00']);
  });
});

describe('aggregates', () => {
  test('a row per bucket, its length and means beside what they are made of', async () => {
    const { rows } = await parquet({ stations: ['MTG320'], level: 'day' });
    expect(rows).toMatchObject([
      {
        station: 'MTG320',
        level: 'D',
        start: new Date('2021-06-09T20:00:00Z'),
        local_start: '2021-06-10T00:00:00',
        minutes: 1440,
        out_temp_duration: 10,
        out_temp_mean: (20.123456789 * 5 + 22 * 5) / 10,
        out_temp_max: 23,
        rain_sum: 0.2,
      },
      { local_start: '2021-06-11T00:00:00', wind_mean: 4, wind_max_dir: 90, wind_mean_dir_weighted: 135 },
    ]);
    expect(Object.keys(rows[0]!)).not.toContain('rain_mean');
  });

  test('all time has no start; rain is not rain_rate', async () => {
    const { rows } = await parquet({ level: 'A', stations: ['MTG320'], measures: ['rain'] });
    expect(rows).toHaveLength(1);
    expect(rows[0]!['start'] ?? null).toBeNull();
    expect(rows[0]).toMatchObject({ rain_sum: 0.2, rain_duration: 5 });
    expect(Object.keys(rows[0]!).filter((name) => name.startsWith('rain_rate'))).toEqual([]);
  });
});

test('more rows than a row group or a batch arrive whole and in order', async () => {
  const { db } = weather;
  await addStation(db, 'LONG');
  await db.query(`insert into observation (station_id, stop, duration, file_id, out_temp)
    select id, '2020-01-01'::timestamptz + n * interval '5 minutes', 5, 1, n from station, generate_series(1, 41000) n
    where code = 'LONG'`);
  const { rows, metadata } = await parquet({ stations: ['LONG'], measures: ['out_temp'] });
  expect(rows.map((row) => row['out_temp'])).toEqual(Array.from({ length: 41_000 }, (_, i) => i + 1));
  expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([
    10_000, 10_000, 10_000, 10_000, 1_000,
  ]);
  await db.query(`delete from observation where station_id = (select id from station where code = 'LONG')`);
  await db.query(`delete from station where code = 'LONG'`);
});

describe('regie weather export', () => {
  const regie = (...args: string[]) => weather.regie('export', ...args);
  const out = (name: string) => path.join(folder, name);

  test('says what it wrote; only the whole file is there, under any name', async () => {
    const name = `l'été & "co" $x.CSV`;
    const said = await regie('MTG320', '-o', out(name));
    expect([said.err, said.code]).toEqual(['', 0]);
    expect(said.out).toContain(`${name}: 3 observations of MTG320`);
    expect(readdirSync(folder)).toEqual([name]);
    const json = (await regie('--all', '--level', 'A', '-o', out('a.parquet'), '--json')).json();
    expect(json).toMatchObject({ format: 'parquet', level: 'A', rows: 2 });
  });

  test('never replaces a file unasked', async () => {
    writeFileSync(out('a.csv'), 'mine');
    const refused = await regie('MTG320', '-o', out('a.csv'));
    expect([refused.code, readFileSync(out('a.csv'), 'utf8')]).toEqual([5, 'mine']);
    expect(refused.err).toContain('--force');
    // An export that fails leaves the old one, even with --force.
    expect((await regie('EMPTY', '-o', out('a.csv'), '--force')).code).toBe(1);
    expect(readFileSync(out('a.csv'), 'utf8')).toBe('mine');
    expect((await regie('MTG320', '-o', out('a.csv'), '--force')).code).toBe(0);
    expect(readFileSync(out('a.csv'), 'utf8')).toContain('MTG320');
    expect(readdirSync(folder)).toEqual(['a.csv']);
  });

  test.each([
    [['EMPTY', '-o', 'x.csv'], 1, 'EMPTY has no observations at all'],
    [
      ['MTG320', '--from', '2020', '--to', '2020', '-o', 'x.csv'],
      1,
      'from 2021-06-10 13:10 to 2021-06-11 00:05',
    ],
    [
      ['MTG320', '-o', 'x.txt'],
      2,
      '"x.txt" does not say its format: expected a name that ends in .parquet, .csv',
    ],
    [['MTG320', '-o', 'no/such/folder/x.csv'], 2, 'There is no folder'],
    [['-o', 'x.csv'], 2, '--all'],
    [['MTG320', '--all', '-o', 'x.csv'], 2, 'not both'],
    [['MTG', '-o', 'x.csv'], 2, 'no station "MTG": expected one of EMPTY'],
    [['MTG320', '--level', 'W', '-o', 'x.csv'], 2, 'or O (observations)'],
    [['MTG320', '-m', 'temp', '-o', 'x.csv'], 2, 'no measure "temp"'],
    [['MTG320', '--from', '2021-13', '-o', 'x.csv'], 2, '"2021-13" is no date'],
    [['MTG320', '--from', '2021-06-12', '--to', '2021-06-10', '-o', 'x.csv'], 2, 'is not after the start'],
    [['MTG320', '--level', 'A', '--from', '2021', '-o', 'x.csv'], 2, 'all time'],
    [['MTG320'], 2, '--output'],
  ])('%j ends with %d and says why', async (args, code, words) => {
    const said = await regie(...args);
    expect(said.err).toContain(words);
    expect(said.code).toBe(code);
    expect(readdirSync(folder)).toEqual([]);
    expect(readdirSync('.')).not.toContain('x.csv');
  });
});
