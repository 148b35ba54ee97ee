import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findStation } from '../../../src/weather/read/find-by-name.ts';
import { readMonth } from '../../../src/weather/report/month.ts';
import { report } from '../../../src/weather/report/month-report.ts';
import { summarize } from '../../../src/weather/report/month-summary.ts';
import { monthTable, number } from '../../../src/weather/report/month-table.ts';
import { addStation, observe, runAggregate } from '../support/weather-database.ts';
import { weatherInstallation, type WeatherInstallation } from '../support/weather-installation.ts';

let weather: WeatherInstallation;

beforeAll(async () => {
  weather = await weatherInstallation();
  const { db } = weather;
  await addStation(db, 'MTG320');
  await db.query(`update station set name = 'L''Été <b>& co' where code = 'MTG320'`);
  await observe(
    db,
    'MTG320',
    { stop: '2021-06-10T08:00:00', out_temp: -2, rain: 0.6, humidity: 80, barometer: 1018 },
    { stop: '2021-06-10T13:00:00', out_temp: 20, rain: 0.4, wind_avg: 4, wind_max: 9, wind_max_dir: 95 },
    { stop: '2021-06-11T13:00:00', out_temp: 24, rain: 12 },
    { stop: '2021-06-12T09:00:00', duration: 1440, out_temp: 22 },
    { stop: '2021-07-01T00:00:00', rain: 3 },
    { stop: '2021-07-01T00:05:00', rain: 50 },
  );
  await runAggregate(db);
});
afterAll(() => weather.close());

const june = async () => readMonth(weather.db, await findStation(weather.db, 'MTG320'), '2021-06');

test('a row a day, with or without data; midnight of the last belongs to it', async () => {
  const { days, whole, windMaxOf } = await june();
  expect(days).toHaveLength(30);
  expect(windMaxOf).toBe('wind');
  expect(days[9]).toMatchObject({
    date: '2021-06-10',
    min: { value: -2, at: Date.parse('2021-06-10T04:00:00Z') },
    max: { value: 20 },
    mean: 9,
    rain: 1,
    wind: 4,
    windMax: { value: 9, dir: 95 },
    pressure: 1018,
    humidity: 80,
    // Rain of the day from 07:00; both temperatures were on the hour.
    omm: { rain: 1, mean: 9 },
  });
  // The least covered of the measures that the station has.
  expect(days[9]!.complete).toBe(5 / 1440);
  expect(days[0]).toMatchObject({ mean: null, rain: null, complete: 0 });
  expect(days[29]).toMatchObject({ rain: 3 });
  expect(whole.rain).toBe(16);
});

test('means, sums and extremes with their dates', async () => {
  const { days } = await june();
  expect(summarize(days, (day) => day.max?.value ?? null)).toEqual({
    mean: 22,
    sum: 66,
    highest: { value: 24, date: '2021-06-11' },
    lowest: { value: 20, date: '2021-06-10' },
  });
  expect(summarize([], () => 1)).toEqual({ mean: null, sum: null, lowest: null, highest: null });
});

test('what the station does not measure has no column; a day of extremes alone is no empty one', async () => {
  const { db } = weather;
  await addStation(db, 'GAUGE');
  await addStation(db, 'OLD');
  await observe(db, 'GAUGE', { stop: '2021-06-10T12:00:00', rain: 1 });
  await db.query(
    `insert into station_aggregate (station_id, level, start, source, file_id, values)
     select id, 'D', '2021-06-09T20:00:00Z', 'aggregation', 1, '{"out_temp_max": 31}' from station where code = 'OLD'`,
  );
  await runAggregate(db);
  const heads = (html: string) => [...html.matchAll(/<th scope="col"[^>]*>(.*?)</g)].map(([, head]) => head);
  const gauge = await report(db, 'GAUGE', '2021-06');
  expect(heads(gauge.html)).toEqual(['Day', 'Rain', 'Rain WMO', 'Complete']);
  expect(gauge.html).toContain('Rain 1.0 mm; 1 day with 1 mm or more, 0 with 10 mm or more');
  expect(gauge.html).not.toContain('temperature –');
  const old = await report(db, 'OLD', '2021-06');
  expect(old.html).toMatch(/<tr><th scope="row">10<\/th><td>–<\/td><td>31.0<\/td>/);
});

test('the table in words', async () => {
  const html = monthTable(await june());
  const row = (day: string) => new RegExp(`<tr[^>]*><th scope="row">${day}</th>(.*)</tr>`).exec(html)![1]!;
  const cells = (day: string) =>
    row(day)
      .split('</td>')
      .slice(0, -1)
      .map((cell) => cell.replaceAll(/<[^>]*>/g, ''));
  expect(cells('10').slice(0, 8)).toEqual([
    '−2.0 08:00',
    '20.0 13:00',
    '9.0',
    '1.0',
    '4.0',
    '9.0 95° E 13:00',
    '1018.0',
    '80',
  ]);
  expect(new Set(cells('1').slice(0, 8))).toEqual(new Set(['–']));
  expect(cells('Sum')[3]).toBe('16.0');
  expect(cells('Highest')[1]).toBe('24.0 on 11');
});

test.each([
  [-0.04, 1, '0.0'],
  [-12.35, 1, '−12.3'],
  [null, 1, '–'],
  [1018, 0, '1018'],
])('%s with %d digits is %s', (value, digits, text) => {
  expect(number(value, digits)).toBe(text);
});

describe('regie weather report', () => {
  const regie = (...args: string[]) => weather.regie('report', ...args);
  const out = (name: string) => path.join(weather.root, name);

  test('writes one page that fetches nothing, names escaped', async () => {
    const said = await regie('mtg320', '2021-06', '-o', out('june.html'), '--json');
    expect([said.err, said.code]).toEqual(['', 0]);
    expect(said.json()).toMatchObject({ station: 'MTG320', month: '2021-06', days: 4 });
    const html = readFileSync(out('june.html'), 'utf8');
    expect(html).toContain('L&#39;Été &lt;b&gt;&amp; co');
    expect(html).not.toMatch(/<b>|<script|<link|<img|\bsrc=|\bhref=|@import|url\((?!#)/);
    for (const words of ['June 2021', 'UTC+4', 'Air temperature', 'Wind rose', 'Completeness', 'WMO']) {
      expect(html).toContain(words);
    }
    expect((await regie('mtg320', '2021-06', '-o', out('june.html'))).code).toBe(5);
  });

  test.each([
    [['MTG320', '2021'], 2, '"2021" is no month: expected one such as 2021-06'],
    [['MTG320', '2021-13'], 2, '"2021-13" is no date'],
    [['MTG320', '2020-01'], 1, '2020-01 has no data: MTG320 has days from 2021-06-10'],
    [['MTG', '2021-06'], 2, 'no station "MTG"'],
    [['MTG320', '2021-06', '-o', 'x.pdf'], 2, 'ends in .html'],
  ])('%j ends with %d and says why', async (args, code, words) => {
    const said = await regie(...args);
    expect(said.err).toContain(words);
    expect(said.code).toBe(code);
  });
});
