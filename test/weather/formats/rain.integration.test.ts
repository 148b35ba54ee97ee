import { afterEach, describe, expect, it } from 'vitest';
import type { Loader } from '../load/support.ts';
import { observations, openFormats, rain, rejectsOf } from './support.ts';

let loader: Loader;
afterEach(() => loader?.close());

const lines = (...each: string[]) => each.map((line) => `${line}\n`).join('');
const fallen = async () =>
  (await observations(loader, 'duration, rain')).map(
    ({ stop, duration, rain: mm }) => `${String(stop)} ${String(duration)}' ${String(mm)}`,
  );

describe("a rain gauge's text", () => {
  it('holds totals of the day: what they grow by fell in between', async () => {
    loader = await openFormats([rain]);
    loader.put(
      'ovpf/FORX-2024.txt',
      lines(
        '# OVPF',
        '2024-03-01 23:56:00 0.2',
        '2024-03-01 23:57:00 0.3',
        '2024-03-01 23:58:00 0.3',
        '',
        '2024-03-01 23:59:00 1,4',
        '2024-03-02 00:00:00 0.0',
        '2024-03-02 00:01 0.1',
        '2024-03-02   00:04:00\t0.7',
      ),
    );
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 6, unknown: 1 });
    expect(await fallen()).toEqual([
      "2024-03-01 23:57 1' 0.1",
      "2024-03-01 23:58 1' 0",
      "2024-03-01 23:59 1' 1.1",
      "2024-03-02 00:00 1' 0",
      "2024-03-02 00:01 1' 0.1",
      "2024-03-02 00:04 3' 0.6",
    ]);
    // How much of the first total fell in its minute nobody knows.
    expect(await loader.query('select station, unknown, final_path from weather.file')).toEqual([
      {
        station: 'FORX',
        unknown: { 'rain before the first line': 1 },
        final_path: 'data/weather/archive/FORX/2024/03/FORX-2024.txt',
      },
    ]);
  });

  it('gives a new day all that fell since 00:00, where its first lines are missing', async () => {
    loader = await openFormats([rain]);
    loader.put(
      'FORX.txt',
      lines(
        '2024-03-01 12:00:00 0.0',
        '2024-03-01 22:00:00 5.0',
        '2024-03-02 00:10:00 0.4',
        '2024-03-03 06:00:00 0.0',
      ),
    );
    await loader.run();
    expect(await fallen()).toEqual([
      "2024-03-01 12:00 1' 0",
      "2024-03-01 22:00 600' 5",
      "2024-03-02 00:10 10' 0.4",
      "2024-03-03 06:00 1' 0",
    ]);
  });

  it('refuses what no total can be, and goes on', async () => {
    loader = await openFormats([rain]);
    loader.put(
      'FORX.txt',
      lines(
        '2024-03-01 00:00:00 0.0',
        '2024-03-01 00:01:00 2.0',
        '2024-03-01 00:02:00 abc',
        '2024-03-01 00:03:00 1.5',
        '2024-03-01 00:04:00 1.6',
        '2024-03-01 00:04:00 1.7',
        '2024-13-01 00:05:00 1.7',
        '2024-03-01 00:06:00 1.7 x',
        '2024-03-01 00:07:00 1.8',
        '2024-03-01 00:08:00 mq',
        '2121-03-01 00:00:00 0.0',
      ),
    );
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 4, rejected: 6 });
    expect(await fallen()).toEqual([
      "2024-03-01 00:00 1' 0",
      "2024-03-01 00:01 1' 2",
      "2024-03-01 00:04 1' 0.1",
      "2024-03-01 00:07 3' 0.2",
    ]);
    expect(rejectsOf(loader, 'archive/FORX/2024/03/FORX.txt.rejects.json')).toEqual([
      'line 3 (2024-03-01 00:02:00): mm = "abc"; expected a number',
      'line 4 (2024-03-01 00:03:00): mm = 1.5; expected at least 2, the total of the line before: it begins anew only ' +
        'at 00:00; set amount: "minute" for files whose lines are the minute\'s own rain',
      'line 6: date time = "2024-03-01 00:04:00"; expected a time after that of the line before: the amounts are ' +
        'totals since 00:00',
      'line 7: date time = "2024-13-01 00:05:00"; expected a time as YYYY-MM-DD HH:MM:SS (there is no month 13)',
      'line 8: "2024-03-01 00:06:00 1.7 x"; expected three words, as 2024-03-01 12:00:00 0.4',
      expect.stringContaining(
        'line 11 (2121-03-01 00:00:00): date time = "2121-03-01 00:00:00"; expected at most 10 min',
      ),
    ]);
  });

  it("may hold the minutes' own rain, in any order and on another clock", async () => {
    loader = await openFormats([{ ...rain, amount: 'minute', station: 'FORX', timezone: 'station' }]);
    loader.put(
      'a.txt',
      lines('2024-03-01 04:02:00 0.4', '2024-03-01 04:01:00 0.2', '2024-03-01 04:01:00 0.3'),
    );
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 2, rejected: 1 });
    expect(await fallen()).toEqual(["2024-03-01 00:01 1' 0.2", "2024-03-01 00:02 1' 0.4"]);
    expect(rejectsOf(loader, 'archive/FORX/2024/03/a.txt.rejects.json')).toEqual([
      'line 3 (2024-03-01 04:01:00): date time = "2024-03-01 04:01:00"; expected each date time once in a file: FORX ' +
        'has this one in line 2 of this file; set "replace" to replace it',
    ]);
  });

  it('grows through the year: what came before is skipped', async () => {
    loader = await openFormats([{ ...rain, stations: { FOREST: 'FORX' } }], { streamBytes: 1 });
    const minutes = Array.from(
      { length: 2_500 },
      (_, n) =>
        `${new Date(Date.UTC(2024, 2, 1, 0, n)).toISOString().slice(0, 16).replace('T', ' ')} ${(n % 1440) / 10}`,
    );
    loader.put('FOREST_2024.txt', lines(...minutes.slice(0, 2_400)));
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 2_400 });
    loader.put('FOREST_2024.txt', lines(...minutes));
    expect((await loader.run()).counts).toEqual({ files: 1, loaded: 100, skipped: 2_400 });
    // 0.1 mm a minute, but for the one in which the total begins anew; each day's first line is 0.
    expect(
      await loader.query('select round(sum(rain)::numeric, 3)::float8 as mm from weather.observation'),
    ).toEqual([{ mm: 249.8 }]);
  });

  it('of a gauge that nobody knows goes to failed, and back to where it came from', async () => {
    loader = await openFormats([rain]);
    loader.put('ovpf/XYZ-2024.txt', lines('2024-03-01 04:02:00 0.4'));
    expect((await loader.run()).counts).toMatchObject({ failed: 1 });
    expect(
      await loader.query("select details ->> 'station' as station, what, reason from regie.incident"),
    ).toEqual([
      {
        station: 'XYZ',
        what: 'unknown-station',
        reason: expect.stringContaining(
          'ovpf/XYZ-2024.txt: unknown station "XYZ"; expected a known station (known: FORX',
        ),
      },
    ]);
    expect(loader.files(loader.folders.failed)).toEqual([
      'unknown/XYZ-2024.txt',
      'unknown/XYZ-2024.txt.error.json',
    ]);
  });
});
