import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { Formats } from '../../../src/weather/formats/chosen-formats.ts';
import { poll } from '../../../src/weather/load/poll-inbox.ts';
import { retryFailed } from '../../../src/weather/load/put-back.ts';
import { loadSettings } from '../../../src/weather/load/load-settings.ts';
import { entryA, itemA, type Loader } from '../load/support.ts';
import { hours, meteofrance, openFormats, rain } from './support.ts';

describe('the format of a file', () => {
  const { formats } = loadSettings.parse({
    formats: [
      { match: 'H_974_*.csv', format: 'meteofrance' },
      { match: 'ovpf/**/*.{txt,dat}', format: 'rain' },
      { match: '*.obs', format: 'json' },
    ],
  });
  const taken = new Formats(formats);

  it.each([
    ['a.json', true],
    ['sub/B.JSON', true],
    ['H_974_2023.csv', true],
    ['mf/h_974_2023.CSV', true],
    ['ovpf/FORX.txt', true],
    ['ovpf/2024/FORX.dat', true],
    ['x.obs', true],
    ['FORX.txt', false],
    ['other.csv', false],
    ['a.json.part', false],
  ])('of %s is ours: %s', (name, ours) => {
    expect(taken.takes(name)).toBe(ours);
  });

  it('is the first that matches', () => {
    const both = new Formats(
      loadSettings.parse({
        formats: [
          { match: '*.json', format: 'rain' },
          { match: '*', format: 'json' },
        ],
      }).formats,
    );
    expect(both.of('x.json')).toMatchObject({ name: 'rain', weight: 25 });
    expect(both.of('x.txt')).toMatchObject({ name: 'json', weight: 1 });
  });

  it.each([
    [{ match: '*.csv', format: 'csv' }, 'format'],
    [
      { match: '*.txt', format: 'rain', timezone: 'Indian/Atlantis' },
      'expected an IANA name such as "UTC", or "station"',
    ],
    [{ match: '*.txt', format: 'rain', amount: 'hour' }, 'amount'],
    [
      { match: '*.csv', format: 'meteofrance', station: 'A', stations: { B: 'C' } },
      'expected either "station"',
    ],
  ])('is checked in the settings: %j', (entry, message) => {
    const { error } = loadSettings.safeParse({ formats: [entry] });
    expect(JSON.stringify(error?.issues)).toContain(JSON.stringify(message).slice(1, -1));
  });
});

describe('formats in regie.config.ts', () => {
  const page = readFileSync(path.join(import.meta.dirname, '..', '..', '..', 'docs/weather.md'), 'utf8');
  const example = /```ts[^\n]*\n(settings: \{\n.*?formats:.*?)```/s.exec(page)![1]!;

  async function configure(settings: string): Promise<unknown> {
    const folder = mkdtempSync(path.join(tmpdir(), 'regie-formats-'));
    try {
      const file = path.join(folder, 'regie.config.ts');
      writeFileSync(
        file,
        `export default { tasks: [{ name: 'svcLoadJson', kind: 'loadJson', ${settings} }] };`,
      );
      return (await loadConfig({ file })).tasks[0]!.settings;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('are taken as the README has them', async () => {
    expect(await configure(example)).toMatchObject({
      formats: [
        { format: 'meteofrance', stations: { '97418110': 'GILLOT' }, others: 'skip', replace: false },
        { format: 'rain', amount: 'day-total', timezone: 'UTC' },
      ],
    });
  });

  it('are refused with path, value and what was expected', async () => {
    await expect(configure(example.replace("format: 'rain'", "format: 'drizzle'"))).rejects.toThrow(
      'formats',
    );
  });
});

describe('files of several formats in one inbox', () => {
  let loader: Loader;
  afterEach(() => loader.close());

  it('are loaded in one run; what is none of them stays where it is', async () => {
    loader = await openFormats([meteofrance, rain]);
    loader.put('a.json', [entryA('PARIS', itemA('2023-01-01T00:05:00', { out_temp: 5 }))]);
    loader.put('b.csv', hours('T', '97418110;2023010101;20'));
    loader.put('FORX.txt', '2024-03-01 00:01:00 0.1\n');
    loader.put('page.md', 'hello');
    const { settings, config } = loader;
    expect(await poll({ task: 'svcLoadJson', settings, config, db: loader.pool as never })).toMatchObject({
      work: true,
      waiting: [{ what: 'files', count: 3 }],
    });
    expect((await loader.run()).counts).toEqual({ files: 3, loaded: 3 });
    expect(loader.files(loader.folders.inbox)).toEqual(['page.md']);
  });

  it('go back to the folder that they came from when they are tried again', async () => {
    loader = await openFormats([{ ...meteofrance, match: 'mf/*.csv' }]);
    loader.put('mf/b.csv', hours('T', '97402999;2023010101;20'));
    await loader.run();
    expect(await retryFailed(loader.pool, loader.folders)).toEqual([
      { file: 'data/weather/failed/unknown/b.csv', to: 'data/weather/inbox/mf/b.csv' },
    ]);
    expect((await loader.run()).counts).toMatchObject({ files: 1, failed: 1 });
  });
});
