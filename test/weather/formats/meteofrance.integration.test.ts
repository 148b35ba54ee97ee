import { afterEach, describe, expect, it } from 'vitest';
import { weatherSchema, weatherSection } from '../../../src/weather/weather-settings.ts';
import { withSection } from '../../support/bare-config.ts';
import { entryA, itemA, type Loader } from '../load/support.ts';
import { hours, meteofrance, observations, openFormats, posts, rejectsOf } from './support.ts';

let loader: Loader;
afterEach(() => loader?.close());

describe('an hourly file of Météo-France', () => {
  it('gives each hour its values, extremes and their times', async () => {
    loader = await openFormats([meteofrance]);
    loader.put(
      'a.csv',
      hours(
        'NOM_USUEL;T;TN;HTN;TX;HTX;RR1;FF;DD;FXY;DXY;HXY; FXI;DXI;HXI;U;PMER;PMERMIN;PSTAT;GLO;UV_INDICE;TD',
        '97418110;2023010100;GILLOT;23,2;22.9;2319;23.4;2301;0.4;3.1;190;4.2;180;2302;4.8;360;2334;75;1016.0;1015,5;1014.5;12;3;18.5',
      ),
    );
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 1 });
    // Overseas hours are those of the post's own zone: 00 h is 20:00 UTC.
    expect(
      await observations(
        loader,
        `duration, out_temp, out_temp_min, out_temp_max, rain, wind, wind_dir, wind10, wind10_dir, wind10_max, wind10_max_dir,
         wind_max, wind_max_dir, gust_max, gust_max_dir, humidity, barometer, barometer_min, pressure, radiation, uv_indice,
         dewpoint, extra`,
      ),
    ).toEqual([
      {
        code: 'GILLOT',
        stop: '2022-12-31 20:00',
        duration: 60,
        out_temp: 23.2,
        out_temp_min: 22.9,
        out_temp_max: 23.4,
        rain: 0.4,
        wind: 3.1,
        wind_dir: 190,
        wind10: 3.1,
        wind10_dir: 190,
        wind10_max: 4.2,
        wind10_max_dir: 180,
        wind_max: 4.8,
        wind_max_dir: 360,
        gust_max: 4.8,
        gust_max_dir: 360,
        humidity: 75,
        barometer: 1016,
        barometer_min: 1015.5,
        pressure: 1014.5,
        radiation: 12,
        uv_indice: 3,
        dewpoint: 18.5,
        extra: null,
      },
    ]);
    expect(
      await loader.query(
        `select to_char(out_temp_min_time at time zone 'UTC', 'DD HH24:MI') as tn,
                to_char(out_temp_max_time at time zone 'UTC', 'DD HH24:MI') as tx,
                to_char(gust_max_time at time zone 'UTC', 'DD HH24:MI') as fxi from weather.observation`,
      ),
    ).toEqual([{ tn: '31 19:19', tx: '31 19:01', fxi: '31 19:34' }]);
  });

  it('has the clock of its département, or the one that the settings name', async () => {
    loader = await openFormats([
      { ...meteofrance, match: 'utc/*', timezone: 'UTC' },
      { ...meteofrance, match: 'station/*', timezone: 'station' },
      meteofrance,
    ]);
    loader.put('1.csv', hours('T', '97418110;2023070112;20', '75114001;2023070112;21'));
    loader.put('utc/2.csv', hours('T', '97418110;2023070212;22'));
    loader.put('station/3.csv', hours('NOM_USUEL;T', '75114001;2023070212;PARIS-MONTSOURIS;23'));
    expect((await loader.run()).counts).toMatchObject({ loaded: 3, rejected: 1 });
    loader.put('4.csv', hours('NOM_USUEL;T', '75114001;2023070112;PARIS-MONTSOURIS;24'));
    await loader.run();
    expect(await observations(loader, 'out_temp')).toEqual([
      { code: 'GILLOT', stop: '2023-07-01 08:00', out_temp: 20 },
      { code: 'GILLOT', stop: '2023-07-02 12:00', out_temp: 22 },
      { code: 'PARIS', stop: '2023-07-01 12:00', out_temp: 24 },
      { code: 'PARIS', stop: '2023-07-02 10:00', out_temp: 23 },
    ]);
  });

  it('may leave values out; calm has no direction; what is no measure is kept and counted', async () => {
    loader = await openFormats([meteofrance]);
    loader.put(
      'a.csv',
      hours(
        'T;TN;HTN;FF;DD;N;QN;WW;QWW;CL;QCL;LAT',
        '97418110;2023010101;mq;;0030;0.0;0;8;9;;;abc;2;-20.9',
        '97418110;2023010102;20;MQ;;2.0;180;;;61;;;;-20.9',
      ),
    );
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 2, unknown: 4 });
    expect(
      await observations(loader, 'out_temp, out_temp_min, out_temp_min_time, wind, wind_dir, extra'),
    ).toEqual([
      {
        code: 'GILLOT',
        stop: '2022-12-31 21:00',
        out_temp: null,
        out_temp_min: null,
        out_temp_min_time: null,
        wind: 0,
        wind_dir: null,
        extra: { N: 8, CL: 'abc', QCL: 2 },
      },
      {
        code: 'GILLOT',
        stop: '2022-12-31 22:00',
        out_temp: 20,
        out_temp_min: null,
        out_temp_min_time: null,
        wind: 2,
        wind_dir: 180,
        extra: { WW: 61 },
      },
    ]);
  });

  it('calls values doubtful: they stand aside and say so, like those outside the limits', async () => {
    loader = await openFormats([meteofrance]);
    loader.put(
      'a.csv',
      hours(
        'T;QT;TX;QTX;HTX;RR1;QRR1;PMERMIN;QPERMIN',
        '97418110;2023010101;20;1;25;2;0030;1;0;1010;2',
        '97418110;2023010102;20;2;;;;700;9;;',
      ),
    );
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 2, doubtful: 4 });
    expect(await observations(loader, 'out_temp, out_temp_max, rain, barometer_min, doubtful')).toEqual([
      {
        code: 'GILLOT',
        stop: '2022-12-31 21:00',
        out_temp: 20,
        out_temp_max: null,
        rain: 1,
        barometer_min: null,
        doubtful: {
          out_temp_max: 25,
          out_temp_max_time: '2022-12-31T20:30:00.000Z',
          barometer_min: 1010,
          marked: ['out_temp_max', 'barometer_min'],
        },
      },
      {
        code: 'GILLOT',
        stop: '2022-12-31 22:00',
        out_temp: null,
        out_temp_max: null,
        rain: null,
        barometer_min: null,
        doubtful: { out_temp: 20, rain: 700, marked: ['out_temp'] },
      },
    ]);
  });

  it('keeps what it calls doubtful so when the limits change', async () => {
    loader = await openFormats([meteofrance]);
    loader.put('a.csv', hours('T;QT;RR1', '97418110;2023010101;20;2;700'));
    await loader.run();
    const stations = { GILLOT: { limits: { rain: [0, 1000], out_temp: [0, 60] } } };
    loader.config = withSection(loader.config, weatherSection, weatherSchema.parse({ stations }));
    expect((await loader.run()).counts).toMatchObject({ rechecked: 1 });
    expect(await observations(loader, 'out_temp, rain, doubtful')).toMatchObject([
      { out_temp: null, rain: 700, doubtful: { out_temp: 20, marked: ['out_temp'] } },
    ]);
  });

  it('loses no good row for a bad one; each is told with line, column, value and what was expected', async () => {
    loader = await openFormats([meteofrance]);
    const good = '97418110;2023010101;20;1;0030';
    loader.put(
      'a.csv',
      hours(
        'T;QT;HTX;TX',
        `${good};21`,
        '97418110;2023010102;abc;x;;',
        '97418110;2023023001;20;1;;',
        '97418110;2023010104;20;1;0215;22',
        '97418110;2023010105;20',
        '97418110;2023010106;20;1;0530;22;5',
        '97418110;2121010101;20;1;;',
        '97402999;2023010107;20;1;;',
        `${good};22`,
        '',
        '97418110;2023010108;20;1;0730;22;',
      ),
    );
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 2, rejected: 8 });
    expect(rejectsOf(loader, 'archive/GILLOT/2023/01/a.csv.rejects.json')).toEqual([
      'line 3 (2023010102): QT = "x"; expected 0, 1 or 9 (good), or 2 (doubtful)',
      'line 3 (2023010102): T = "abc"; expected a number, or nothing or "mq" where it is missing',
      'line 4 (2023023001): AAAAMMJJHH = "2023023001"; expected an hour as AAAAMMJJHH',
      'line 5 (2023010104): HTX = "0215"; expected a time HHMM within the hour that ends at 2023010104',
      'line 6 (2023010105): cells = 3; expected 6, as in the first line',
      'line 7 (2023010106): cells = 7; expected 6, as in the first line',
      expect.stringContaining(
        'line 8 (2121010101): AAAAMMJJHH = "2121010101"; expected at most 10 minutes after',
      ),
      'line 9 (2023010107): NUM_POSTE = "97402999"; expected a known station (known: FORX, GILLOT, PARIS): add it to ' +
        'weather.stations in regie.config.ts, or give its code in "stations" of the format, then send the file again',
      'line 10 (2023010101): AAAAMMJJHH = "2023010101"; expected each AAAAMMJJHH once in a file: GILLOT has this one ' +
        'in line 2 of this file; set "replace" to replace it',
    ]);
  });

  it('may be of several stations, known, mapped or taken on', async () => {
    loader = await openFormats([meteofrance]);
    loader.put(
      'a.csv',
      hours(
        'NOM_USUEL;T',
        '97418110;2023010101;GILLOT-AEROPORT;20',
        '75114001;2023010101;PARIS-MONTSOURIS;5',
        '75114001;2023010102;PARIS-MONTSOURIS;6',
      ),
    );
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 3 });
    expect(await loader.query('select station, final_path from weather.file')).toEqual([
      { station: null, final_path: 'data/weather/archive/several/2023/01/a.csv' },
    ]);
    expect(await observations(loader, 'out_temp')).toMatchObject([
      { code: 'GILLOT' },
      { code: 'PARIS' },
      { code: 'PARIS' },
    ]);
  });

  it('leaves posts that nobody asked for out where the settings say so', async () => {
    loader = await openFormats([{ ...meteofrance, others: 'skip' }]);
    loader.put(
      'a.csv',
      hours('T', '97418110;2023010101;20', '97402999;2023010101;5', '97402999;2023010102;6'),
    );
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 1, unknown: 2 });
    expect(await loader.query('select station, unknown from weather.file')).toEqual([
      { station: 'GILLOT', unknown: { 'post 97402999': 2 } },
    ]);
  });

  it('is of one station when the settings name it', async () => {
    loader = await openFormats([{ match: '*.csv', format: 'meteofrance', station: 'GILLOT' }]);
    loader.put('a.csv', 'DATE;T\n2023010101;20\n');
    loader.put('b.csv', hours('T', '97418110;2023010110;21', '97418120;2023010111;22'));
    expect((await loader.run()).counts).toEqual({ files: 2, loaded: 2, rejected: 1 });
    // Without a post's number nothing tells that it lies overseas.
    expect(await observations(loader, 'out_temp')).toMatchObject([
      { stop: '2023-01-01 01:00', out_temp: 20 },
      { stop: '2023-01-01 06:00', out_temp: 21 },
    ]);
    expect(rejectsOf(loader, 'archive/GILLOT/2023/01/b.csv.rejects.json')).toEqual([
      'line 3 (2023010111): NUM_POSTE = "97418120"; expected 97418110 as before: "station" is one post',
    ]);
  });

  it('is skipped when it comes again, or replaces what is there', async () => {
    loader = await openFormats([{ ...meteofrance, match: 'new/*', replace: true }, meteofrance]);
    loader.put('1.csv', hours('T', '97418110;2023010101;20', '97418110;2023010102;21'));
    loader.put('2.csv', hours('T', '97418110;2023010102;99', '97418110;2023010103;22'));
    expect((await loader.run()).counts).toMatchObject({ loaded: 3, skipped: 1 });
    loader.put('new/3.csv', hours('T', '97418110;2023010102;23'));
    expect((await loader.run()).counts).toMatchObject({ replaced: 1 });
    expect((await observations(loader, 'out_temp')).map(({ out_temp }) => out_temp)).toEqual([20, 23, 22]);
  });

  it('is refused where it overlaps what stations sent', async () => {
    loader = await openFormats([meteofrance]);
    loader.put('1.json', [entryA('GILLOT', itemA('2023-01-01T00:35:00', { out_temp: 20 }))]);
    await loader.run();
    loader.put('2.csv', hours('T', '97418110;2023010101;20', '97418110;2023010102;21'));
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 1, rejected: 1 });
    expect(rejectsOf(loader, 'archive/GILLOT/2023/01/2.csv.rejects.json')).toEqual([
      'line 2 (2023010101): AAAAMMJJHH = "2023010101"; expected a period that overlaps no other: GILLOT has ' +
        '(2023-01-01T00:30:00, 2023-01-01T00:35:00] from 1.json, this one is (2023-01-01T00:00:00, 2023-01-01T01:00:00]',
    ]);
  });

  it.each([1, 2 ** 25])('fails as a whole where it cannot be one (streamBytes %i)', async (streamBytes) => {
    loader = await openFormats([meteofrance], { streamBytes });
    loader.put('day.csv', 'NUM_POSTE;AAAAMMJJ;TN\n97418110;20230101;20\n');
    loader.put('empty.csv', '');
    loader.put('head.csv', hours('T'));
    loader.put('quote.csv', hours('T', '97418110;2023010101;20', '97418110;2023010102;"21'));
    loader.put('twice.csv', hours('T;t', '97418110;2023010101;20;21'));
    loader.put('who.csv', hours('T', '97402999;2023010101;20'));
    expect((await loader.run()).counts).toMatchObject({ files: 6, loaded: 0, failed: 6 });
    expect(await loader.query('select 1 from weather.observation')).toEqual([]);
    const incidents = await loader.query<{ what: string; reason: string }>(
      'select what, reason from regie.incident order by subject',
    );
    expect(incidents.map(({ what, reason }) => `${what}: ${reason}`)).toEqual([
      'broken-csv: quote.csv: Quote Not Closed: the parsing is finished with an opening quote at line 4; mend the file ' +
        'or fetch it again, then `regie weather retry`',
      'broken-csv: day.csv: the first line has no column AAAAMMJJHH or DATE ("NUM_POSTE;AAAAMMJJ;TN" …); expected the ' +
        'header of an hourly file (this is a file of days)',
      'empty-file: empty.csv: the file holds nothing; expected a row for each hour',
      'empty-file: head.csv: the file holds only a header; expected a row for each hour',
      'broken-csv: twice.csv: column "T" stands twice in the first line; expected it once',
      'unknown-station: who.csv: unknown station "97402999"; expected a known station (known: FORX, GILLOT, PARIS): add ' +
        'it to weather.stations in regie.config.ts, or give its code in "stations" of the format, then run `regie weather retry`',
    ]);
  });

  it('is the same read in chunks as read at once', async () => {
    const rows = Array.from({ length: 5_000 }, (_, n) => {
      const hour = new Date(Date.UTC(2023, 0, 1, n >> 1)).toISOString();
      const stop = hour.slice(0, 13).replaceAll(/[-T]/g, '');
      return `${n % 2 === 0 ? '97418110' : '75114001'};${stop};${n % 97 === 0 ? 'x' : n % 30};${n % 41 === 0 ? 2 : 1};${n % 7}`;
    });
    const file = hours('T;QT;N', ...rows, '97418110;2023010101;1;1;1');
    const stations = { ...posts, '75114001': 'PARIS' };
    const results = [];
    for (const streamBytes of [1, 2 ** 25]) {
      loader = await openFormats([{ ...meteofrance, stations }], { streamBytes });
      loader.put('a.csv', file);
      const { counts } = await loader.run();
      results.push({
        counts,
        rows: await observations(loader, 'out_temp, doubtful, extra'),
        rejects: rejectsOf(loader, 'archive/several/2023/04/a.csv.rejects.json')
          .map((message) => message.replace(/(?:line 4|an earlier part) of this file/, '… of this file'))
          .sort(),
        transactions: await loader.query('select count(distinct xmin::text)::int from weather.observation'),
        dirty: await loader.query('select distinct station_id, start from weather.dirty_hour order by 1, 2'),
      });
      await loader.close();
    }
    loader = undefined as never;
    expect(results[0]).toEqual(results[1]);
    expect(results[0]!.transactions).toEqual([{ count: 1 }]);
  });
});
