import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { defineFormat, z, type FormatFile, type FormatReader } from '../../../src/index.ts';
import { retryFailed } from '../../../src/weather/load/put-back.ts';
import { weatherSection } from '../../../src/weather/weather-settings.ts';
import { entryA, itemA, openLoader, type Loader } from '../load/support.ts';
import { observations, rejectsOf } from './support.ts';

let loader: Loader | undefined;
afterEach(async () => {
  await loader?.close();
  loader = undefined;
});

/** A loader with one format more, for files `*.own`. */
async function openWith(reader: FormatReader, settings: object = {}, open = () => reader): Promise<Loader> {
  const own = defineFormat({ name: 'own', settings: z.strictObject({}), open });
  return (loader = await openLoader({
    weather: { stations: { S1: {}, S2: {} }, formats: [own] },
    settings: { formats: [{ match: '*.own', format: 'own' }], ...settings },
  }));
}

const good = (n: number) => ({
  station: 'S1',
  stop: new Date(Date.UTC(2024, 0, 1, 0, 5 * n)),
  duration: 5,
  values: { rain: n },
});

const incidents = (each: Loader) =>
  each.query<{ what: string; reason: string }>('select what, reason from regie.incident order by id');

describe('a format of the installation', () => {
  const docs = readFileSync(path.join(import.meta.dirname, '../../../docs/formats.md'), 'utf8');
  const examples = [...docs.matchAll(/```ts\n(import .*?)```/gs)].map(([, code]) => code!);

  /** Loads files under a configuration as a user writes it, and gives what is in the database. */
  async function loadUnder(configuration: string, files: Record<string, string>, more: object = {}) {
    const folder = mkdtempSync(path.join(tmpdir(), 'regie-own-format-'));
    try {
      const file = path.join(folder, 'regie.config.ts');
      writeFileSync(file, configuration);
      const config = await loadConfig({ file });
      const { formats } = config.tasks[0]!.settings as { formats: unknown[] };
      const weather = weatherSection.of(config);
      loader = await openLoader({ weather, settings: { formats, ...more } });
      for (const [name, content] of Object.entries(files)) loader.put(name, content);
      const { counts } = await loader.run();
      return { counts, rows: await observations(loader, 'out_temp, humidity, rain, duration') };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it.each([{}, { streamBytes: 1 }])('of lines reads files as the docs have it (%j)', async (more) => {
    const text = '2026-03-01T12:10;24.5;0.2\n2026-03-01T12:20;25;x\n2026-03-01T12:30;25.5;0\n';
    expect(await loadUnder(examples[0]!, { 'sub/MAST01.mast': text }, more)).toEqual({
      counts: { files: 1, loaded: 2, rejected: 1 },
      rows: [
        { code: 'MAST01', stop: '2026-03-01 08:10', out_temp: 24.5, humidity: null, rain: 0.2, duration: 10 },
        { code: 'MAST01', stop: '2026-03-01 08:30', out_temp: 25.5, humidity: null, rain: 0, duration: 10 },
      ],
    });
    expect(rejectsOf(loader!, 'archive/MAST01/2026/03/MAST01.mast.rejects.json')).toEqual([
      'line 2 (2026-03-01T12:20): values.rain = NaN; expected a number',
    ]);
  });

  it.each([{}, { streamBytes: 1 }])('of bytes reads files as the docs have it (%j)', async (more) => {
    const records = Array.from({ length: 3_000 }, (_, n) => {
      const record = Buffer.alloc(16);
      record.writeUInt32LE(1_700_000_100 + 300 * n);
      [20.5, 80, n % 4].forEach((value, i) => record.writeFloatLE(value, 4 + 4 * i));
      return record;
    });
    const whole = Buffer.concat(records);
    expect((await loadUnder(examples[1]!, {}, more)).counts).toEqual({ files: 0, loaded: 0 });
    writeFileSync(path.join(loader!.folders.inbox, 'b.log1'), whole);
    writeFileSync(path.join(loader!.folders.inbox, 'cut.log1'), Buffer.concat([whole, Buffer.from('cut')]));
    expect((await loader!.run()).counts).toEqual({ files: 2, loaded: 3_000, failed: 1 });
    expect((await observations(loader!, 'out_temp, humidity, rain')).slice(0, 2)).toEqual([
      { code: 'LOG1', stop: '2023-11-14 22:15', out_temp: 20.5, humidity: 80, rain: 0 },
      { code: 'LOG1', stop: '2023-11-14 22:20', out_temp: 20.5, humidity: 80, rain: 1 },
    ]);
    const message = 'failed after record 3000: Attempt to access memory outside buffer bounds';
    expect(await incidents(loader!)).toEqual([
      { what: 'format-failed', reason: expect.stringContaining(message) },
    ]);
  });
});

describe('what a format of the installation gives', () => {
  const nonsense: [unknown, string][] = [
    ['x', 'record 2: "x"; expected an object { station, stop, duration, values }'],
    [{ ...good(1), station: 'XYZ' }, 'record 2: station = "XYZ"; expected a known station (known: S1, S2)'],
    [{ ...good(1), station: 7 }, 'record 2: station = 7; expected a known station'],
    [{ ...good(1), stop: 12 }, 'record 2: stop = 12; expected a Date, or a text'],
    [{ ...good(1), stop: new Date(Number.NaN) }, 'record 2: stop = null; expected a Date'],
    [
      { ...good(1), stop: '2024-13-01T00:00' },
      'expected a time as YYYY-MM-DDTHH:MM:SS (there is no month 13)',
    ],
    [{ ...good(1), stop: new Date(Date.UTC(2124, 0)) }, 'expected at most 10 minutes after'],
    [{ ...good(1), duration: Number.NaN }, 'duration = NaN; expected a number of minutes'],
    [{ ...good(1), duration: -5 }, 'duration = -5; expected more than 0'],
    [{ ...good(1), duration: undefined }, 'duration = absent; expected the length of the period'],
    [{ ...good(1), values: { rain: Number.NaN } }, 'values.rain = NaN; expected a number'],
    [{ ...good(1), values: { rain: Infinity } }, 'values.rain = Infinity; expected a number'],
    [{ ...good(1), values: { rain: '1' } }, 'values.rain = "1"; expected a number'],
    [{ ...good(1), values: { rain: 10n } }, 'values.rain = 10; expected a number'],
    [
      { ...good(1), values: { rian: 1 } },
      '(2024-01-01T00:05:00.000Z): values.rian = 1; expected a measure or a part of one',
    ],
    [{ ...good(1), values: { rian: 1 } }, 'did you mean rain?'],
    [{ ...good(1), values: 7 }, 'record 2: values = 7; expected an object of measures'],
    [
      { ...good(1), values: { out_temp_max_time: new Date(Number.NaN) } },
      'values.out_temp_max_time = null; expected a time',
    ],
    [{ ...good(1), others: { rain: 2 } }, 'others.rain = 2; expected a name that is no measure'],
    [{ ...good(1), others: 7 }, 'others = 7; expected an object'],
    [{ ...good(1), doubtful: ['rian'] }, 'doubtful = "rian"; expected a measure'],
    [{ ...good(1), doubtful: 'rain' }, 'doubtful = "rain"; expected a list'],
    [{ ...good(1), replace: 'perhaps' }, 'update_me = "perhaps"; expected true or false'],
  ];

  it.each([{}, { streamBytes: 1 }])(
    'is checked piece by piece; what is good is loaded (%j)',
    async (more) => {
      const readAll = (file: FormatFile) => {
        const n = Number.parseInt(file.name, 10);
        file.observation(good(10 * n));
        file.observation(nonsense[n]![0] as never);
        file.observation(good(10 * n + 5));
      };
      const each = await openWith(
        {
          read: (_, file) => readAll(file),
          async *stream(_, file) {
            readAll(file);
            yield;
          },
        },
        more,
      );
      nonsense.forEach((_, n) => each.put(`${n}.own`, 'x'));
      expect((await each.run()).counts).toEqual({
        files: nonsense.length,
        loaded: 2 * nonsense.length,
        rejected: nonsense.length,
      });
      const found = nonsense.map((_, n) =>
        rejectsOf(each, `archive/S1/2024/01/${n}.own.rejects.json`).join(),
      );
      expect(found).toEqual(nonsense.map(([, message]) => expect.stringContaining(message)));
    },
  );

  it('may be other things than measures, doubtful, or of several stations', async () => {
    const each = await openWith({
      read(_, file) {
        file.observation({ ...good(1), others: { moon: 1, mist: 'thick' }, doubtful: ['rain'] }, { line: 7 });
        file.observation({ ...good(2), station: 'S2', values: { rain: null, out_temp: undefined } });
        file.observation({ ...good(2), stop: '2024-01-01T04:10', replace: false });
        file.item('S2', itemA('2024-01-01T05:00:00', { rain: 4 }), { entry: 0, item: 0 });
      },
    });
    each.put('a.own', 'x');
    expect((await each.run()).counts).toEqual({ files: 1, loaded: 4, doubtful: 1, unknown: 2 });
    expect(await observations(each, 'rain, extra, doubtful')).toMatchObject([
      { stop: '2024-01-01 00:05', rain: null, extra: { moon: 1, mist: 'thick' }, doubtful: { rain: 1 } },
      { stop: '2024-01-01 00:10', rain: 2 },
      { code: 'S2', rain: null },
      { code: 'S2', rain: 4 },
    ]);
    expect(each.files(each.folders.archive)).toEqual(['several/2024/01/a.own']);
  });
});

describe('a format of the installation that fails', () => {
  const failing: [string, FormatReader | undefined, string, RegExp][] = [
    [
      'throws',
      {
        read(_, file) {
          file.observation(good(1));
          file.observation(good(2), { line: 17 });
          throw new Error('no such column');
        },
        async *stream(_, file) {
          file.observation(good(1));
          yield;
          file.observation(good(2), { line: 17 });
          throw new Error('no such column');
        },
      },
      'format-failed',
      /^a\.own: the format "own" failed after line 17: no such column; mend the format or the file, then `regie weather retry`$/,
    ],
    [
      'breaks off later',
      {
        read: async (_, file) => {
          file.observation(good(1));
          await Promise.reject(new TypeError('odd'));
        },
        async *stream(disk, file) {
          for await (const piece of disk.pieces()) file.observation(good(piece.length));
          yield;
          throw 'odd';
        },
      },
      'format-failed',
      /failed after record 1: odd/,
    ],
    [
      'hands over what cannot be written',
      {
        read: (_, file) => file.observation({ ...good(1), others: { moon: 1n } }),
        async *stream(_, file) {
          yield file.observation({ ...good(1), others: { moon: 1n } });
        },
      },
      'format-failed',
      /failed after record 1: .*BigInt/,
    ],
    [
      'says so itself',
      {
        read(_, file) {
          file.observation(good(1));
          file.fail('no-header', 'there is no header');
        },
        async *stream(_, file) {
          file.observation(good(1));
          yield;
          file.fail('no-header', 'there is no header');
        },
      },
      'no-header',
      /^a\.own: there is no header$/,
    ],
    [
      'finds nothing',
      { read: () => undefined, async *stream() {} },
      'empty-file',
      /its format found nothing in the file/,
    ],
    ['is none', undefined, 'format-failed', /open\(\) gave no reader; expected \{ read\(bytes, file\) \}/],
    ['is half one', {} as FormatReader, 'format-failed', /open\(\) gave no reader/],
  ];

  describe.each(failing)('because it %s', (_, reader, what, reason) => {
    it.each([{}, { streamBytes: 1 }])('costs its file alone (%j)', async (more) => {
      const each = await openWith(reader!, more);
      each.put('a.own', 'text');
      for (const name of ['0.json', 'b.json'])
        each.put(name, [
          entryA('S1', itemA(`2024-02-01T00:${name === '0.json' ? '05' : '10'}:00`, { rain: 1 })),
        ]);
      expect((await each.run()).counts).toMatchObject({ files: 3, loaded: 2, failed: 1 });
      expect(await incidents(each)).toEqual([{ what, reason: expect.stringMatching(reason) }]);
      const [failed] = each.files(each.folders.failed).filter((name) => name.endsWith('.own'));
      expect(readFileSync(path.join(each.folders.failed, failed!), 'utf8')).toBe('text');
      expect(await retryFailed(each.pool, each.folders)).toMatchObject([{ to: 'data/weather/inbox/a.own' }]);
    });
  });

  it('costs its file alone when it cannot be opened, and is opened again for the next', async () => {
    let times = 0;
    const each = await openWith({ read: (_, file) => file.observation(good(times)) }, {}, () => {
      times += 1;
      if (times === 1) throw new Error('no table of stations');
      return { read: (_, file) => file.observation(good(times)) };
    });
    each.put('a.own', 'x');
    each.put('b.own', 'x');
    expect((await each.run()).counts).toEqual({ files: 2, loaded: 1, failed: 1 });
    expect((await incidents(each))[0]!.reason).toContain('the format "own" failed: no table of stations');
  });

  it('cannot take a file that is too large for it', async () => {
    const each = await openWith({ read: (_, file) => file.observation(good(1)) }, { streamBytes: 3 });
    each.put('a.own', 'text');
    each.put('b.own', 'txt');
    expect((await each.run()).counts).toEqual({ files: 2, loaded: 1, failed: 1 });
    expect(await incidents(each)).toEqual([
      {
        what: 'too-large',
        reason: expect.stringContaining('of 4 bytes is to be read in pieces; expected at most'),
      },
    ]);
  });

  it('is not listened to once its file is done', async () => {
    let late: FormatFile;
    const each = await openWith({
      read(_, file) {
        late = file;
        file.observation(good(1));
      },
    });
    each.put('a.own', 'x');
    await each.run();
    for (const say of [() => late.observation(good(2)), () => late.fail('x', 'y'), () => late.skip()])
      expect(say).toThrow('a.own is read already');
    expect(await observations(each, 'rain')).toHaveLength(1);
  });
});

describe('weather.formats in regie.config.ts', () => {
  const own =
    "defineFormat({ name: 'own', settings: z.strictObject({ depth: z.number() }), open: () => ({ read() {} }) })";

  async function configure(formats: string, entry: string): Promise<unknown> {
    const folder = mkdtempSync(path.join(tmpdir(), 'regie-own-format-'));
    const file = path.join(folder, 'regie.config.ts');
    writeFileSync(
      file,
      `import { defineFormat, z } from 'regie';
       export default { weather: { formats: [${formats}] },
         tasks: [{ name: 'svcLoadJson', kind: 'loadJson', settings: { formats: [${entry}] } }] };`,
    );
    try {
      return (await loadConfig({ file })).tasks[0]!.settings;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('may be named by entries, whose settings are its own', async () => {
    const entry = "{ match: '*.own', format: 'own', depth: 3 }";
    expect(await configure(own, entry)).toMatchObject({
      formats: [{ match: '*.own', format: 'own', depth: 3 }],
    });
    await expect(configure(own, entry.replace('3', "'deep'"))).rejects.toThrow(
      /tasks\[0\]\.settings\.formats\[0\]\.depth/,
    );
    await expect(configure('', entry)).rejects.toThrow(/tasks\[0\]\.settings\.formats\[0\]\.format/);
  });

  it.each([
    ["'own'", 'weather.formats[0]', 'expected a format: defineFormat({ name, settings, open })'],
    [own.replace("'own'", "'Own!'"), 'weather.formats[0].name', 'expected a lower-case word'],
    [own.replace("'own'", "'json'"), 'weather.formats[0].name', 'a format of Regie has this name'],
    [`${own}, ${own}`, 'weather.formats[1].name', 'another format has this name'],
    [own.replace('depth:', 'match:'), 'weather.formats[0].settings', 'every entry has "match"'],
    [
      "{ name: 'own', settings: {}, open() {} }",
      'weather.formats[0].settings',
      'expected a schema of an object',
    ],
    [
      "{ name: 'own', settings: z.strictObject({}), weight: 0, open() {} }",
      'weather.formats[0].weight',
      'above 0',
    ],
    ["{ name: 'own', settings: z.strictObject({}) }", 'weather.formats[0].open', 'expected a function'],
  ])('are checked: %s', async (formats, at, message) => {
    const error = (await configure(formats, '').catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toContain(at);
    expect(error.message).toContain(message);
  });
});
