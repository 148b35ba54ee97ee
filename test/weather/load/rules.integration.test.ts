import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { entryA, itemA, openLoader, type Loader } from './support.ts';

/** Arrays in arrays. */
const DEEP = 100_000;
const day = (time: string) => `2021-06-11T${time}:00`;

let loader: Loader;
beforeAll(async () => {
  loader = await openLoader({
    weather: {
      stations: {
        MTG280: {},
        MTG320: { limits: { out_temp: [-5, 30] }, accept: ['humidity'] },
        PARIS: { timezone: 'Europe/Paris' },
      },
    },
  });
});
afterAll(() => loader.close());
beforeEach(() =>
  loader.pool.query(
    'truncate weather.observation, weather.dirty_hour, weather.station_aggregate, regie.incident',
  ),
);

/** The observations, oldest first: local stop and some columns. */
function observations(columns: string): Promise<Record<string, unknown>[]> {
  return loader.query(
    `select to_char(o.stop at time zone s.timezone, 'YYYY-MM-DD"T"HH24:MI') as stop, ${columns}
     from weather.observation o join weather.station s on s.id = o.station_id order by o.stop`,
  );
}

function dirty(): Promise<{ start: string }[]> {
  return loader.query(
    `select distinct to_char(start at time zone 'Indian/Reunion', 'YYYY-MM-DD HH24:MI') as start
     from weather.dirty_hour order by 1`,
  );
}

describe('the two layouts', () => {
  it('A: current, aggregations and validation, with aliases of keys', async () => {
    loader.put('a.json', [
      entryA(
        'MTG280',
        itemA(day('10:00'), {
          out_temp: 20,
          out_temp_s: 100,
          out_temp_d: 4,
          out_temp_max: 21,
          out_temp_maxtime: '2021-06-11T09:57:30',
          wind_dir: null,
        }),
        {
          start_dat: day('00:00'),
          stop_dat: '2021-06-12T00:00:00',
          aggregations: [
            { level: 'D', start_dat: day('00:00'), out_temp_s: 28_800, rain_sum: 4, out_temp_omm_max: 25 },
            { level: 'H', start_dat: day('09:00'), etp_sum: 0.5 },
            { level: 'A', rain_sum: 1000 },
          ],
          validation: [{ level: 'D', out_temp_max: 26, out_temp_max_time: '2021-06-11T13:00:00' }],
        },
      ),
    ]);
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 1, aggregates: 4 });
    expect(
      await observations(
        'duration, out_temp, out_temp_sum, out_temp_duration, out_temp_max, out_temp_max_time, wind_dir, extra',
      ),
    ).toEqual([
      {
        stop: '2021-06-11T10:00',
        duration: 5,
        out_temp: 20,
        out_temp_sum: 100,
        out_temp_duration: 4,
        out_temp_max: 21,
        out_temp_max_time: new Date('2021-06-11T09:57:30+04:00'),
        wind_dir: null,
        extra: null,
      },
    ]);
    expect(
      await loader.query(
        'select level, start::text, source, values from weather.station_aggregate order by level, source',
      ),
    ).toEqual([
      { level: 'A', start: '-infinity', source: 'aggregation', values: { rain_sum: 1000 } },
      {
        level: 'D',
        start: '2021-06-10 20:00:00+00',
        source: 'aggregation',
        values: { out_temp_sum: 28_800, rain_sum: 4, out_temp_omm_max: 25 },
      },
      {
        level: 'D',
        start: '2021-06-10 20:00:00+00',
        source: 'validation',
        values: { out_temp_max: 26, out_temp_max_time: '2021-06-11T09:00:00.000Z' },
      },
      { level: 'H', start: '2021-06-11 05:00:00+00', source: 'aggregation', values: { etp_sum: 0.5 } },
    ]);
    // The hour of the observation and of etp; the first hour of the day stands for the day's own aggregate.
    expect(await dirty()).toEqual([{ start: '2021-06-11 00:00' }, { start: '2021-06-11 09:00' }]);
  });

  it('B: valeurs with duration beside them, extremes kept; a bare entry', async () => {
    loader.put('b.json', {
      meteor: 'MTG320',
      info: { version: 1, json_type: 'O' },
      data: [
        {
          stop_dat: day('10:00'),
          duration: 5,
          valeurs: { out_temp: 20, humidity: 75, end_valeurs: 0 },
          extremes: [{ level: 'D', out_temp_max: 30 }],
        },
      ],
    });
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 1 });
    expect(await observations('duration, out_temp, humidity, extra')).toEqual([
      {
        stop: '2021-06-11T10:00',
        duration: 5,
        out_temp: 20,
        humidity: 75,
        extra: { extremes: [{ level: 'D', out_temp_max: 30 }] },
      },
    ]);
  });

  it('B with a level: an aggregate, and a level that does not exist', async () => {
    const item = {
      start_dat: day('00:00'),
      stop_dat: '2021-06-12T00:00:00',
      duration: 1440,
      valeurs: { rain: 3 },
    };
    loader.put('d.json', [{ meteor: 'MTG320', info: { json_type: 'D' }, data: [item] }]);
    loader.put('w.json', [{ meteor: 'MTG320', info: { json_type: 'W' }, data: [item] }]);
    loader.put('x.json', [
      { meteor: 'MTG320', info: { json_type: 'M' }, data: [{ ...item, start_dat: null }] },
    ]);
    expect((await loader.run()).counts).toEqual({
      files: 3,
      loaded: 0,
      aggregates: 1,
      rejected: 2,
      failed: 2,
    });
    expect(await loader.query('select level, start::text, values from weather.station_aggregate')).toEqual([
      { level: 'D', start: '2021-06-10 20:00:00+00', values: { rain: 3, duration: 1440 } },
    ]);
    const reasons = await loader.query<{ reason: string }>('select reason from regie.incident order by id');
    expect(reasons.map(({ reason }) => reason)).toEqual([
      expect.stringContaining(
        'info.json_type = "W"; expected O or C for observations, or a level: H, D, M, Y, A',
      ),
      expect.stringContaining(
        'start_dat = absent; expected a time as YYYY-MM-DDTHH:MM:SS, the start of the period (json_type M)',
      ),
    ]);
  });

  it('start and duration can stand in for the stop; a zone in the time counts', async () => {
    loader.put('s.json', [
      entryA(
        'MTG280',
        { start_dat: day('09:55'), current: { duration: 5, rain: 0 } },
        itemA('2021-06-11T10:05:00+04:00', { rain: 0 }),
        itemA('2021-06-11T06:10:00Z', { rain: 0 }),
        itemA('2021-06-11T10:15', { rain: 0 }),
      ),
    ]);
    await loader.run();
    expect((await observations('duration')).map(({ stop }) => stop)).toEqual([
      '2021-06-11T10:00',
      '2021-06-11T10:05',
      '2021-06-11T10:10',
      '2021-06-11T10:15',
    ]);
  });

  it('stations in other zones: hours of local time, clocks that change', async () => {
    loader.put('p.json', [
      entryA(
        'PARIS',
        itemA('2021-03-28T01:55:00', { rain: 0 }),
        itemA('2021-03-28T03:00:00', { rain: 0 }),
        itemA('2021-03-28T03:05:00', { rain: 0 }),
        itemA('2021-10-31T02:30:00', { rain: 0 }),
        itemA('2021-10-31T02:30:00+01:00', { rain: 0 }),
      ),
    ]);
    await loader.run();
    const rows = await loader.query<{ stop: string }>(
      'select stop::text from weather.observation order by 1',
    );
    expect(rows.map(({ stop }) => stop)).toEqual([
      '2021-03-28 00:55:00+00',
      '2021-03-28 01:00:00+00',
      '2021-03-28 01:05:00+00',
      '2021-10-31 00:30:00+00',
      '2021-10-31 01:30:00+00',
    ]);
    const hours = await loader.query<{ start: string }>(
      'select start::text from weather.dirty_hour order by 1',
    );
    expect(hours.map(({ start }) => start)).toEqual([
      '2021-03-28 00:00:00+00',
      '2021-03-28 01:00:00+00',
      '2021-10-31 00:00:00+00',
      '2021-10-31 01:00:00+00',
    ]);
  });
});

describe('values', () => {
  it('unknown keys are kept and counted', async () => {
    loader.put('u.json', [
      entryA(
        'MTG280',
        itemA(day('10:00'), { out_temp: 20, moon: 'full', windchill_max: 3, __proto__x: 1, nothing: null }),
        itemA(day('10:05'), { out_temp: 20, moon: '\u0000' }, { colour: 'red' }),
      ),
    ]);
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 2, unknown: 5 });
    expect((await observations('extra')).map(({ extra }) => extra)).toEqual([
      { moon: 'full', windchill_max: 3, __proto__x: 1 },
      { moon: '\ufffd', colour: 'red' },
    ]);
    const [file] = await loader.query<{ unknown: unknown }>(
      'select unknown from weather.file order by id desc limit 1',
    );
    expect(file!.unknown).toEqual({ moon: 2, windchill_max: 1, __proto__x: 1, colour: 1 });
  });

  it('outside limits or between extremes the wrong way round: kept aside as doubtful', async () => {
    const maximum = { wind_max: 99, wind_max_time: day('09:58'), wind_max_dir: 100 };
    loader.put('l.json', [
      entryA(
        'MTG280',
        itemA(day('10:00'), { out_temp: 51, humidity: 110, wind_dir: 361, wind_avg: 3 }),
        itemA(day('10:05'), { ...maximum, wind_avg: 3 }),
        itemA(day('10:10'), { out_temp: 20, out_temp_min: 22, out_temp_max: 25 }),
        itemA(day('10:15'), { out_temp: 20, out_temp_min: 22, out_temp_max: 19 }),
        itemA(day('10:20'), { out_temp: 20.4, out_temp_max: 20 }),
        itemA(day('10:25'), { out_temp_s: 500, radiation: 20, radiation_max: 0.5 }),
        { stop_dat: day('12:00'), current: { duration: 90, rain: 500 } },
      ),
    ]);
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 7, doubtful: 8 });
    const rows = await observations(
      'out_temp, out_temp_max, out_temp_min, out_temp_sum, humidity, wind_dir, wind_avg, wind_max, wind_max_dir, radiation, rain, doubtful',
    );
    const found = rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([key, value]) => value !== null && key !== 'stop')),
    );
    expect(found).toEqual([
      { humidity: 110, wind_avg: 3, doubtful: { out_temp: 51, wind_dir: 361 } },
      {
        wind_avg: 3,
        doubtful: { wind_max: 99, wind_max_time: '2021-06-11T05:58:00.000Z', wind_max_dir: 100 },
      },
      { out_temp_min: 22, out_temp_max: 25, doubtful: { out_temp: 20 } },
      { doubtful: { out_temp: 20, out_temp_min: 22, out_temp_max: 19 } },
      { out_temp: 20.4, out_temp_max: 20 },
      { radiation: 20, doubtful: { out_temp_sum: 500 } },
      { rain: 500 },
    ]);
  });

  it("a station's own limits, and what it accepts", async () => {
    loader.put('o.json', [
      entryA('MTG320', itemA(day('10:00'), { out_temp: 31, humidity: 120, in_temp: 31 })),
    ]);
    expect((await loader.run()).counts).toMatchObject({ doubtful: 2 });
    expect(await observations('out_temp, humidity, in_temp, doubtful')).toEqual([
      {
        stop: '2021-06-11T10:00',
        out_temp: null,
        humidity: 120,
        in_temp: 31,
        doubtful: { out_temp: 31, humidity: 120 },
      },
    ]);
  });
});

describe('sent again', () => {
  const send = (name: string, value: number, more = {}) =>
    loader.put(name, [entryA('MTG280', itemA(day('13:10'), { out_temp: value }, more))]);

  it('without update_me: skipped and counted, nothing to recompute, no incident', async () => {
    send('1.json', 20);
    await loader.run();
    await loader.pool.query('truncate weather.dirty_hour');
    send('2.json', 10);
    const report = await loader.run();
    expect(report).toMatchObject({ changed: false, counts: { files: 1, loaded: 0, skipped: 1 } });
    expect(await observations('out_temp')).toEqual([{ stop: '2021-06-11T13:10', out_temp: 20 }]);
    expect(await dirty()).toEqual([]);
    expect(await loader.query('select 1 from regie.incident')).toEqual([]);
  });

  it.each(['update_me', 'force_replace'])(
    'with %s: replaced, also within one batch and one file',
    async (flag) => {
      send('1.json', 20);
      await loader.run();
      await loader.pool.query('truncate weather.dirty_hour');
      send('2.json', 10, { [flag]: true });
      send('3.json', 20, { [flag]: true });
      loader.put('4.json', [
        entryA(
          'MTG280',
          itemA(day('13:10'), { out_temp: 30 }, { [flag]: true }),
          itemA(day('13:10'), { out_temp: 10 }, { [flag]: true }),
        ),
      ]);
      const report = await loader.run();
      expect(report).toMatchObject({ changed: true, counts: { files: 3, loaded: 0, replaced: 4 } });
      const rows = await loader.query(
        'select o.out_temp, f.name from weather.observation o join weather.file f on f.id = o.file_id',
      );
      expect(rows).toEqual([{ out_temp: 10, name: '4.json' }]);
      expect(await dirty()).toEqual([{ start: '2021-06-11 13:00' }]);
    },
  );

  it('a replacement may be of another length, but not reach into its neighbour', async () => {
    loader.put('1.json', [
      entryA('MTG280', itemA(day('13:05'), { rain: 1 }), itemA(day('13:10'), { rain: 2 })),
    ]);
    await loader.run();
    loader.put('2.json', [
      entryA('MTG280', { stop_dat: day('13:10'), update_me: true, current: { duration: 3, rain: 5 } }),
    ]);
    loader.put('3.json', [
      entryA('MTG280', { stop_dat: day('13:10'), update_me: true, current: { duration: 8, rain: 9 } }),
    ]);
    expect((await loader.run()).counts).toMatchObject({ replaced: 1, rejected: 1, failed: 1 });
    expect(await observations('duration, rain')).toEqual([
      { stop: '2021-06-11T13:05', duration: 5, rain: 1 },
      { stop: '2021-06-11T13:10', duration: 3, rain: 5 },
    ]);
    const [incident] = await loader.query<{ reason: string }>('select reason from regie.incident');
    expect(incident!.reason).toContain('MTG280 has (2021-06-11T13:00:00, 2021-06-11T13:05:00] from 1.json');
  });

  it('an overlap with the database is refused from either side', async () => {
    loader.put('1.json', [entryA('MTG280', itemA(day('13:10'), { rain: 1 }))]);
    await loader.run();
    loader.put('2.json', [
      entryA(
        'MTG280',
        itemA(day('13:07'), { rain: 1 }),
        itemA(day('13:13'), { rain: 1 }),
        { stop_dat: day('14:00'), current: { duration: 60, rain: 1 } },
        itemA(day('13:05'), { rain: 1 }),
        itemA(day('13:15'), { rain: 1 }),
      ),
    ]);
    expect((await loader.run()).counts).toMatchObject({ loaded: 2, rejected: 3 });
    expect((await observations('rain')).map(({ stop }) => stop)).toEqual([
      '2021-06-11T13:05',
      '2021-06-11T13:10',
      '2021-06-11T13:15',
    ]);
  });

  it('order is that of the names, and what a station computed is replaced', async () => {
    const aggregate = (rain: number) => ({
      aggregations: [{ level: 'D', start_dat: day('00:00'), rain_sum: rain }],
    });
    loader.put('b.json', [entryA('MTG280', aggregate(2))]);
    loader.put('a.json', [entryA('MTG280', aggregate(1))]);
    loader.put('sub/0.json', [entryA('MTG280', aggregate(3))]);
    await loader.run();
    expect(await loader.query('select values from weather.station_aggregate')).toEqual([
      { values: { rain_sum: 3 } },
    ]);
  });
});

describe('stations', () => {
  it('are registered from files where that is allowed', async () => {
    const open = await openLoader({ weather: { autoRegister: true, timezone: 'Indian/Mauritius' } });
    try {
      open.put('n.json', [entryA('NEW1', itemA(day('10:00'), { rain: 0 }))]);
      open.put('bad.json', [entryA('../x', itemA(day('10:00'), { rain: 0 }))]);
      open.put('none.json', [entryA('NEW2', itemA('2021-06-31T10:00:00', { rain: 0 }))]);
      expect((await open.run()).counts).toMatchObject({ loaded: 1, failed: 2 });
      expect(await open.query('select code, timezone from weather.station')).toEqual([
        { code: 'NEW1', timezone: 'Indian/Mauritius' },
      ]);
      open.put('n2.json', [entryA('NEW1', itemA(day('10:05'), { rain: 0 }))]);
      expect((await open.run()).counts).toMatchObject({ loaded: 1 });
    } finally {
      await open.close();
    }
  });
});

describe('a file that fails late', () => {
  const errorOf = (name: string) =>
    JSON.parse(
      readFileSync(path.join(loader.folders.failed, 'MTG280', `${name}.error.json`), 'utf8'),
    ) as unknown;
  const three = (middle: string) => {
    loader.put('1.json', [entryA('MTG280', itemA(day('10:00'), { rain: 1 }))]);
    loader.put('2.json', middle);
    loader.put('3.json', [entryA('MTG280', itemA(day('10:10'), { rain: 1 }))]);
  };

  it('because the database refuses it, fails alone', async () => {
    await loader.pool.query(
      `create function weather.refuse() returns trigger language plpgsql as
         $$ begin raise exception 'no rain like that' using errcode = '22003'; end $$;
       create trigger refuse before insert on weather.observation
         for each row when (new.rain = 7) execute function weather.refuse()`,
    );
    three(JSON.stringify([entryA('MTG280', itemA(day('10:05'), { rain: 7 }))]));
    expect((await loader.run()).counts).toMatchObject({ files: 3, loaded: 2, failed: 1 });
    await loader.pool.query('drop function weather.refuse() cascade');
    expect(errorOf('2.json')).toMatchObject({
      what: 'refused-by-database',
      reason: expect.stringContaining('no rain like that'),
    });
  });

  it('because it is nested too deep, fails alone', async () => {
    const deep = `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`;
    const text = JSON.stringify([entryA('MTG280', itemA(day('10:05'), { rain: 1, odd: 0 }))]);
    three(text.replace('"odd":0', `"odd":${deep}`));
    expect((await loader.run()).counts).toMatchObject({ files: 3, loaded: 2, failed: 1 });
    expect(errorOf('2~1.json')).toMatchObject({
      what: 'unreadable',
      reason: expect.stringContaining('call stack size exceeded'),
    });
  });
});
