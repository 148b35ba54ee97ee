import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addStation, observe, runAggregate } from '../weather/support/weather-database.ts';
import { weatherInstallation, type WeatherInstallation } from '../weather/support/weather-installation.ts';

let weather: WeatherInstallation;

beforeAll(async () => {
  weather = await weatherInstallation(`[
       { name: 'svcLoadJson', kind: 'loadJson' }, { name: 'svcAggregate', kind: 'aggregate' }]`);
  await addStation(weather.db, 'MTG320');
  await observe(weather.db, 'MTG320', {
    stop: '2021-06-11T13:10:00',
    out_temp: 20.123456,
    wind_max: 9,
    wind_max_dir: 90,
  });
  await runAggregate(weather.db);
});
afterAll(() => weather.close());

const regie = (...args: string[]) => weather.regie(...args);

const outTemp = {
  station: 'MTG320',
  level: 'D',
  start: '2021-06-11T00:00:00',
  measure: 'out_temp',
  sum: 20.123456 * 5,
  duration: 5,
  mean: (20.123456 * 5) / 5,
  max: 20.123456,
  maxTime: '2021-06-11T13:10:00',
  maxDir: null,
  min: 20.123456,
  minTime: '2021-06-11T13:10:00',
  dir: null,
  dirWeighted: null,
};

test('show as JSON has every digit, and null for what is absent', async () => {
  const said = await regie('show', 'mtg320', 'D', '--measure', 'out_temp', '--json');
  expect(said.code).toBe(0);
  expect(said.json()).toEqual([outTemp]);
});

test('show as a table rounds, and shows how complete a bucket is', async () => {
  const { out } = await regie('show', 'MTG320', 'hour', '-m', 'out_temp,wind');
  const [head, temperature, wind] = out
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  expect(head).toEqual([
    'START',
    'MEASURE',
    'MEAN',
    'MAX',
    'AT',
    'DIR',
    'MIN',
    'AT',
    'SUM',
    'MINUTES',
    'COMPLETE',
  ]);
  expect(temperature!.slice(0, 5)).toEqual(['2021-06-11 13:00', 'out_temp', '20.12', '20.12', '13:10:00']);
  expect(temperature!.at(-1)).toBe('8 %');
  expect(wind).toContain('90°');
});

test('show as CSV has a header', async () => {
  const { out } = await regie('show', 'MTG320', 'A', '--measure', 'wind', '--csv');
  expect(out).toBe(
    'station,level,start,measure,sum,duration,mean,max,maxTime,maxDir,min,minTime,dir,dirWeighted\nMTG320,A,,wind,,,,9,2021-06-11T13:10:00,90,,,,\n',
  );
});

test.each([
  [['show', 'NONE', 'D'], 'There is no station "NONE": expected one of MTG320.'],
  [['show', 'MTG320', 'Z'], 'There is no level "Z"'],
  [['show', 'MTG320', 'D', '--measure', 'heat'], 'There is no measure "heat"'],
  [['show', 'MTG320', 'D', '--from', 'monday'], '"monday" is no date'],
  [['sample', '--stations', '0'], 'Expected a whole number from 1'],
  [['sample', '--until', '2026-13-01'], 'is no day'],
])('%j is wrong usage, in words', async (args, words) => {
  const said = await regie(...args);
  expect(said).toMatchObject({ code: 2, out: '' });
  expect(said.err).toContain(words);
});

test('stations', async () => {
  const said = await regie('stations', '--json');
  expect(said.json()).toMatchObject([{ station: 'MTG320', last: '2021-06-11T13:10:00', waiting: 0 }]);
  expect((await regie('stations')).out).toContain('MTG320');
});

test('trace names the files, also those that the ledger lost', async () => {
  const { out } = await regie('trace', 'MTG320', 'D', '2021-06-11');
  expect(out).toContain('MTG320 D 2021-06-11T00:00:00 was made from');
  expect(out).toContain('(no longer in the ledger)');
  expect((await regie('trace', 'MTG320', 'D', '2021-06-12')).out).toContain('no observations');
});

test('verify ends with 1 when an aggregate is wrong', async () => {
  expect(await regie('verify')).toMatchObject({
    code: 0,
    out: expect.stringContaining('recomputed: equal.'),
  });
  await weather.db.query(`update aggregate set out_temp_max = 99 where level = 'D'`);
  const said = await regie('verify', 'MTG320');
  expect(said.code).toBe(1);
  expect(said.out).toContain('1 are wrong');
  expect(said.out).toContain('out_temp_max is 99, should be 20.123456');
  expect((await regie('verify', '--json')).json()).toMatchObject({ equal: false, wrong: 1 });
  await weather.db.query(`update aggregate set out_temp_max = 20.123456 where level = 'D'`);
});

test("a rehearsal's tables are others", async () => {
  expect(await regie('show', 'MTG320', 'D', '--tmp')).toMatchObject({ code: 0, out: 'No aggregates.\n' });
});

test('sample goes into the inbox of the configuration; retry has nothing to put back', async () => {
  const said = await regie('sample', '--stations', '1', '--days', '2', '--until', '2026-06-02', '--json');
  const inbox = path.join(weather.root, 'data/weather/inbox');
  expect(said.json()).toMatchObject({ inbox, files: 2, observations: 576 });
  expect(readdirSync(inbox)).toEqual(['obs.SIM01.2026-06-01.json', 'obs.SIM01.2026-06-02.json']);
  const file = readFileSync(path.join(inbox, 'obs.SIM01.2026-06-01.json'), 'utf8');
  expect(file).toContain('"stop_dat":"2026-06-02T00:00:00"');
  expect(await regie('retry')).toMatchObject({ code: 0, out: 'No failed file.\n' });
});

test('no database: exit 3, and what to do', async () => {
  process.env.DATABASE_URL = 'postgres://nobody@127.0.0.1:1/none';
  try {
    const said = await regie('stations');
    expect(said.code).toBe(3);
    expect(said.err).toContain('No database answers');
  } finally {
    process.env.DATABASE_URL = weather.url;
  }
});
