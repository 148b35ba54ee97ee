import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { zoneOf } from '../../../src/time/zone.ts';
import { aggregateMeasures, measures } from '../../../src/weather/measures.ts';
import { coverage, meanOf, readBuckets } from '../../../src/weather/plot/buckets.ts';
import { chosenPanels, usualPanels } from '../../../src/weather/plot/panels.ts';
import { plot, spellPeriod, spellZone } from '../../../src/weather/plot/plot-station.ts';
import { readRose } from '../../../src/weather/plot/rose.ts';
import { findStation } from '../../../src/weather/read/find-by-name.ts';
import { parsePeriod } from '../../../src/weather/read/bucket-period.ts';
import { addStation, observe, runAggregate } from '../support/weather-database.ts';
import { weatherInstallation, type WeatherInstallation } from '../support/weather-installation.ts';

let weather: WeatherInstallation;

beforeAll(async () => {
  weather = await weatherInstallation();
  const { db } = weather;
  await addStation(db, 'MTG320');
  await addStation(db, 'EMPTY');
  await addStation(db, 'PARIS', { timezone: 'Europe/Paris' });
  await db.query(`update station set name = '<script>alert("Été & co")</script>' where code = 'MTG320'`);
  await observe(
    db,
    'MTG320',
    { stop: '2021-06-10T13:10:00', out_temp: -20, rain: 0.2, wind_avg: 4, wind_dir: 350, barometer: 1020 },
    { stop: '2021-06-10T13:15:00', out_temp: -22, wind_avg: 4, wind_dir: 10 },
    { stop: '2021-06-10T13:20:00', wind_avg: 2, wind_dir: 360 },
    { stop: '2021-06-10T13:25:00', wind_avg: 9, wind_dir: 95 },
    { stop: '2021-06-10T13:30:00', wind_avg: 0.1 },
    { stop: '2021-06-10T13:35:00', wind_avg: 3 },
    { stop: '2021-06-13T08:00:00', out_temp: 18, wind_avg: 1, wind_dir: 180 },
  );
  await observe(db, 'PARIS', { stop: '2021-10-31T12:00:00', out_temp: 5 });
  await runAggregate(db);
});
afterAll(() => weather.close());

const named = (...names: string[]) => names.map((name) => measures.find((m) => m.name === name)!);

describe('buckets', () => {
  test('gaps are buckets without values; the others give means and what they cover', async () => {
    const station = await findStation(weather.db, 'MTG320');
    const period = {
      start: parsePeriod('2021-06-09', station.zone).start,
      end: parsePeriod('2021-06-13', station.zone).end,
    };
    const buckets = await readBuckets(weather.db, station, 'D', period, named('out_temp', 'rain'));
    expect(buckets.map((b) => [b.minutes, meanOf(b, 'out_temp'), b.get('rain', 'sum')])).toEqual([
      [1440, null, null],
      [1440, -21, 0.2],
      [1440, null, null],
      [1440, null, null],
      [1440, 18, null],
    ]);
    expect(coverage(buckets[1]!, 'out_temp')).toBe(10 / 1440);
    expect(new Date(buckets[0]!.start).toISOString()).toBe('2021-06-08T20:00:00.000Z');
  });

  test('a day when clocks go back has 25 hours and still ends at midnight', async () => {
    const station = await findStation(weather.db, 'PARIS');
    const period = parsePeriod('2021-10-31', station.zone);
    const [day] = await readBuckets(weather.db, station, 'D', period, named('out_temp'));
    expect(day).toMatchObject({ minutes: 1500, end: Date.parse('2021-10-31T23:00:00Z') });
    expect(await readBuckets(weather.db, station, 'H', period, named('out_temp'))).toHaveLength(25);
  });

  test('where clocks are moved by half an hour the hours after it are found', async () => {
    await addStation(weather.db, 'LORD', { timezone: 'Australia/Lord_Howe' });
    const stops = ['T14:00:00Z', 'T14:30:00Z', 'T15:00:00Z', 'T15:30:00Z', 'T16:30:00Z'];
    await observe(
      weather.db,
      'LORD',
      ...stops.map((time) => ({ stop: `2024-04-06${time}`, duration: 30, out_temp: 20 })),
    );
    await runAggregate(weather.db);
    const station = await findStation(weather.db, 'LORD');
    const period = parsePeriod('2024-04-07', station.zone);
    const hours = await readBuckets(weather.db, station, 'H', period, named('out_temp'));
    expect(hours.slice(0, 5).map((b) => [b.minutes, b.get('out_temp', 'duration')])).toEqual([
      [60, 30],
      // 01:00 to 02:00, when the clock goes back to 01:30, and from there to 02:00.
      [60, 60],
      [30, 30],
      [60, 30],
      [60, null],
    ]);
    expect(hours.reduce((sum, { minutes }) => sum + minutes, 0)).toBe(24.5 * 60);
  });

  test('too many are refused', async () => {
    const station = await findStation(weather.db, 'MTG320');
    const period = parsePeriod('2021', station.zone);
    await expect(readBuckets(weather.db, station, 'H', period, named('out_temp'))).rejects.toThrow(
      'at most 5000 buckets',
    );
  });
});

test('the rose: sectors around north, classes of speed, calm, wind without direction', async () => {
  const station = await findStation(weather.db, 'MTG320');
  const rose = await readRose(
    weather.db,
    station,
    parsePeriod('2021-06-10', station.zone),
    named('wind')[0]!,
  );
  expect(rose).toMatchObject({ minutes: 30, calm: 5, unknown: 5 });
  // 350, 10 and 360 degrees are north; 95 is east.
  expect(rose.sectors[0]).toEqual([0, 5, 10, 0, 0, 0, 0]);
  expect(rose.sectors[4]).toEqual([0, 0, 0, 0, 5, 0, 0]);
  expect(rose.sectors.flat().reduce((sum, minutes) => sum + minutes)).toBe(20);
});

test('the usual picture: its panels, units, station and zone; whatever the name holds', async () => {
  const picture = await plot(weather.db, 'mtg320');
  expect(picture).toMatchObject({ station: 'MTG320', level: 'H', from: '2021-06-10T00:00:00' });
  for (const words of [
    'Air temperature (°C)',
    'Rain (mm)',
    'Sea-level pressure (hPa)',
    'Wind (m/s)',
    'Wind rose',
    'Completeness',
    'hourly values, 2021-06-10 to 2021-06-13, local time Indian/Reunion (UTC+4)',
  ]) {
    expect(picture.svg).toContain(words);
  }
  expect(picture.svg).not.toContain('<script>');
  expect(picture.svg).toContain('&lt;script&gt;');
});

test('a curve breaks at a gap: no line leads from one day to the other', async () => {
  const station = await findStation(weather.db, 'MTG320');
  const period = {
    start: parsePeriod('2021-06-10', station.zone).start,
    end: parsePeriod('2021-06-13', station.zone).end,
  };
  const [panel] = await chosenPanels(weather.db, station, 'D', period, named('out_temp'));
  const series = panel!.option.series as {
    name: string;
    data: { value: [number, number | null]; symbol: string }[];
    markArea?: { data: unknown[] };
  }[];
  const mean = series.find(({ name }) => name === 'daily mean')!;
  expect(mean.data.map(({ value, symbol }) => [value[1], symbol])).toEqual([
    [-21, 'circle'],
    [null, 'none'],
    [null, 'none'],
    [18, 'circle'],
  ]);
  // The two days between are one grey area.
  expect(series.find(({ markArea }) => markArea)!.markArea!.data).toHaveLength(1);
});

test.each(aggregateMeasures.map(({ name }) => name))('%s can be drawn', async (name) => {
  const { svg } = await plot(weather.db, 'MTG320', { level: 'D', measures: [name] });
  expect(svg).toContain('Completeness');
});

test('what is drawn begins and ends with a bucket', async () => {
  // All that the station has is a few days: its year is drawn all the same.
  expect(await plot(weather.db, 'MTG320', { level: 'Y' })).toMatchObject({
    from: '2021-01-01T00:00:00',
    to: '2022-01-01T00:00:00',
  });
  const hours = { level: 'H', from: '2021-06-10T13:20', to: '2021-06-10T15:00' };
  expect(await plot(weather.db, 'MTG320', hours)).toMatchObject({
    from: '2021-06-10T13:00:00',
    to: '2021-06-10T15:00:00',
  });
});

test('an hour that comes twice has two places on the axis, which shows the local time', async () => {
  const station = await findStation(weather.db, 'PARIS');
  const axisOf = async (from: string, to: string) => {
    const period = { start: Date.parse(from), end: Date.parse(to) };
    const [panel] = await chosenPanels(weather.db, station, 'H', period, named('out_temp'));
    const { xAxis, series } = panel!.option as {
      xAxis: { min: number; axisLabel: { customValues: number[]; formatter: (at: number) => string } };
      series: { data: { value: [number] }[] }[];
    };
    const { customValues, formatter } = xAxis.axisLabel;
    return {
      marks: customValues.map((at) => `${(at - xAxis.min) / 3_600_000} h: ${formatter(at)}`),
      places: new Set(series.at(-1)!.data.map(({ value }) => value[0])).size,
    };
  };
  expect(await axisOf('2021-10-31T00:00+02:00', '2021-10-31T06:00+01:00')).toEqual({
    marks: [
      '0 h: 31 Oct',
      '1 h: 01:00',
      '2 h: 02:00',
      '4 h: 03:00',
      '5 h: 04:00',
      '6 h: 05:00',
      '7 h: 06:00',
    ],
    places: 7,
  });
  expect(await axisOf('2021-03-28T00:00+01:00', '2021-03-28T12:00+02:00')).toEqual({
    // Each second hour, but 02:00 is skipped.
    marks: [
      '0 h: 28 Mar',
      '2 h: 03:00',
      '3 h: 04:00',
      '5 h: 06:00',
      '7 h: 08:00',
      '9 h: 10:00',
      '11 h: 12:00',
    ],
    places: 11,
  });
});

test('a rain gauge has no panels of temperature, pressure and wind', async () => {
  await addStation(weather.db, 'GAUGE');
  await addStation(weather.db, 'SOIL');
  await observe(weather.db, 'GAUGE', { stop: '2021-06-10T12:00:00', rain: 5 });
  await observe(weather.db, 'SOIL', { stop: '2021-06-10T12:00:00', soil_temp: 5 });
  await runAggregate(weather.db);
  const titles = async (code: string) => {
    const station = await findStation(weather.db, code);
    const panels = await usualPanels(weather.db, station, 'D', parsePeriod('2021-06-10', station.zone));
    return panels.map(({ title }) => title);
  };
  const completeness = 'Completeness: share of each day observed';
  expect(await titles('GAUGE')).toEqual(['Rain (mm)', completeness]);
  expect(await titles('SOIL')).toEqual(['Soil temperature (°C)', completeness]);
});

test('periods and zones in words', () => {
  const reunion = zoneOf('Indian/Reunion');
  const paris = zoneOf('Europe/Paris');
  expect(spellPeriod(parsePeriod('2021-06', reunion), reunion)).toBe('2021-06-01 to 2021-06-30');
  expect(spellPeriod(parsePeriod('2021-06-01', reunion), reunion)).toBe('2021-06-01');
  expect(spellPeriod(parsePeriod('2021-06-01T13', reunion), reunion)).toBe(
    '2021-06-01 13:00 to 2021-06-01 14:00',
  );
  expect(spellZone(paris, parsePeriod('2021', paris))).toBe('Europe/Paris (UTC+1)');
  expect(spellZone(paris, parsePeriod('2021-03', paris))).toBe('Europe/Paris (UTC+1, UTC+2)');
  expect(spellZone(zoneOf('Asia/Kolkata'), parsePeriod('2021', paris))).toBe('Asia/Kolkata (UTC+5:30)');
});

describe('regie weather plot', () => {
  const regie = (...args: string[]) => weather.regie('plot', ...args);
  const out = (name: string) => path.join(weather.root, name);

  test('writes SVG, PNG, and a page that fetches nothing', async () => {
    const svg = await regie('MTG320', '-o', out('a.svg'));
    expect([svg.err, svg.code]).toEqual(['', 0]);
    expect(svg.out).toContain('a.svg: MTG320');
    expect(readFileSync(out('a.svg'), 'utf8')).toMatch(/^<svg xmlns/);
    expect((await regie('MTG320', '-o', out('a.html'))).code).toBe(0);
    const html = readFileSync(out('a.html'), 'utf8');
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toMatch(/<script|<link|<img|\bsrc=|\bhref=|@import|url\((?!#)/);
    const png = await regie('MTG320', '--level', 'D', '-m', 'rain', '-o', out('a.PNG'), '--json');
    expect(png.json()).toMatchObject({ format: 'png', level: 'D', station: 'MTG320' });
    const bytes = readFileSync(out('a.PNG'));
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    // Twice the pixels of the SVG.
    expect(bytes.readUInt32BE(16)).toBe(1920);
  });

  test('never replaces a file unasked', async () => {
    writeFileSync(out('mine.svg'), 'mine');
    expect((await regie('MTG320', '-o', out('mine.svg'))).code).toBe(5);
    expect(readFileSync(out('mine.svg'), 'utf8')).toBe('mine');
    expect((await regie('MTG320', '-o', out('mine.svg'), '--force')).code).toBe(0);
    expect(readFileSync(out('mine.svg'), 'utf8')).toContain('<svg');
  });

  test.each([
    [['EMPTY'], 1, 'EMPTY has no'],
    [
      ['MTG320', '--from', '2020', '--to', '2020-02'],
      1,
      'MTG320 has days from 2021-06-10 00:00 to 2021-06-14',
    ],
    [['MTG320', '--level', 'A'], 2, 'needs H, D, M or Y'],
    [['MTG320', '--level', 'W'], 2, 'no level "W"'],
    [['MTG320', '-m', 'temp'], 2, 'no measure "temp"'],
    [['MTG320', '--from', '2021-06-12', '--to', '2021-06-10'], 2, '"2021-06-10" is not after the start'],
    [['MTG320', '--from', 'now'], 2, '"now" is no date'],
    [['MTG320', '--level', 'H', '--from', '2011'], 2, 'at most 5000 buckets'],
  ])('%j ends with %d and says why', async (args, code, words) => {
    const said = await regie(...args, '-o', out('x.svg'));
    expect(said.err).toContain(words);
    expect(said.code).toBe(code);
    expect(readdirSync(weather.root).filter((name) => name.includes('x.svg'))).toEqual([]);
  });
});
