import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryA, itemA, openLoader, type Loader } from './support.ts';

const good = itemA('2021-06-11T10:00:00', { out_temp: 20 });
const day = (time: string) => `2021-06-11T${time}:00`;

interface Report {
  what?: string;
  reason?: string;
  position?: { offset: number; line: number; column: number; near: string };
  rejects: { what: string; entry: number; item?: number; message: string }[];
}

/** Bad items: what stands beside a good one, and how it is reported. */
const badItems: [name: string, item: unknown, what: string, message: string][] = [
  [
    'a text where a number is due',
    itemA(day('10:05'), { out_temp: 'abc' }),
    'not-a-number',
    'entry 0, item 1 (2021-06-11T10:05:00): current.out_temp = "abc"; expected a number',
  ],
  [
    'a number in quotes',
    itemA(day('10:05'), { humidity: '80' }),
    'not-a-number',
    'entry 0, item 1 (2021-06-11T10:05:00): current.humidity = "80"; expected a number',
  ],
  [
    'a month that does not exist',
    itemA('2021-13-11T00:05:00', { out_temp: 20 }),
    'not-a-time',
    'entry 0, item 1 (2021-13-11T00:05:00): stop_dat = "2021-13-11T00:05:00"; expected a time as YYYY-MM-DDTHH:MM:SS (there is no month 13)',
  ],
  [
    'a day that its month has not',
    itemA('2021-02-29T00:05:00', { out_temp: 20 }),
    'not-a-time',
    'entry 0, item 1 (2021-02-29T00:05:00): stop_dat = "2021-02-29T00:05:00"; expected a time as YYYY-MM-DDTHH:MM:SS (2021-02 has no day 29)',
  ],
  [
    'a time that is none, of an extreme',
    itemA(day('10:05'), { out_temp_max: 20, out_temp_max_time: 'noon' }),
    'not-a-time',
    'entry 0, item 1 (2021-06-11T10:05:00): current.out_temp_max_time = "noon"; expected a time as YYYY-MM-DDTHH:MM:SS',
  ],
  [
    'a stop in the future',
    itemA('2121-06-11T10:05:00', { out_temp: 20 }),
    'future',
    'stop_dat = "2121-06-11T10:05:00"; expected at most 10 minutes after the station\'s time, 20',
  ],
  [
    'an extreme reached in another month',
    itemA(day('10:05'), { out_temp_max: 21, out_temp_max_time: '2021-12-25T10:03:00' }),
    'outside-period',
    'current.out_temp_max_time = "2021-12-25T10:03:00"; expected a time within the period, 2021-06-11T10:00:00 to 2021-06-11T10:05:00',
  ],
  [
    'an aggregate of a day to come',
    { stop_dat: day('10:05'), aggregations: [{ level: 'D', start_dat: '2121-06-11T00:00:00', etp_sum: 1 }] },
    'future',
    'aggregations[0].start_dat = "2121-06-11T00:00:00"; expected a period that has begun by the station\'s time, 20',
  ],
  [
    'a level that does not exist',
    { stop_dat: day('10:05'), aggregations: [{ level: 'W', start_dat: day('10:00'), etp_sum: 1 }] },
    'unknown-level',
    'entry 0, item 1 (2021-06-11T10:05:00): aggregations[0].level = "W"; expected a level: H, D, M, Y, A',
  ],
  [
    'no duration',
    { stop_dat: day('10:05'), current: { out_temp: 20 } },
    'no-duration',
    'entry 0, item 1 (2021-06-11T10:05:00): current.duration = absent; expected the length of the period in minutes',
  ],
  [
    'a duration of nothing',
    { stop_dat: day('10:05'), current: { out_temp: 20, duration: 0 } },
    'bad-duration',
    'entry 0, item 1 (2021-06-11T10:05:00): current.duration = 0; expected more than 0 and at most 1440 minutes',
  ],
  [
    'a duration of more than a day',
    { stop_dat: day('10:05'), current: { out_temp: 20, duration: 1441 } },
    'bad-duration',
    'entry 0, item 1 (2021-06-11T10:05:00): current.duration = 1441; expected more than 0 and at most 1440 minutes',
  ],
  [
    'no stop',
    { current: { out_temp: 20, duration: 5 } },
    'no-stop',
    'entry 0, item 1: stop_dat = absent; expected a time as YYYY-MM-DDTHH:MM:SS, or start_dat and duration',
  ],
  [
    'a start that contradicts stop and duration',
    itemA(day('10:05'), { out_temp: 20 }, { start_dat: day('09:00') }),
    'contradiction',
    'entry 0, item 1 (2021-06-11T10:05:00): start_dat = "2021-06-11T09:00:00"; expected stop_dat − duration = 2021-06-11T10:00:00',
  ],
  [
    'the same stop twice',
    itemA(day('10:00'), { out_temp: 21 }),
    'duplicate',
    'entry 0, item 1 (2021-06-11T10:00:00): stop_dat = "2021-06-11T10:00:00"; expected each stop_dat once in a file: MTG280 has this one in entry 0, item 0 of this file; set "update_me" to replace it',
  ],
  [
    'a period that overlaps another',
    itemA(day('10:03'), { out_temp: 21 }),
    'overlap',
    'entry 0, item 1 (2021-06-11T10:03:00): stop_dat = "2021-06-11T10:03:00"; expected a period that overlaps no other: MTG280 has (2021-06-11T09:55:00, 2021-06-11T10:00:00] from entry 0, item 0 of this file, this one is (2021-06-11T09:58:00, 2021-06-11T10:03:00]',
  ],
  [
    'both layouts at once',
    { ...(itemA(day('10:05'), { out_temp: 20 }) as object), valeurs: { out_temp: 20 } },
    'two-layouts',
    'entry 0, item 1 (2021-06-11T10:05:00): expected either "current" or "valeurs", found both',
  ],
  [
    'nothing in it',
    { stop_dat: day('10:05') },
    'nothing-in-it',
    'entry 0, item 1 (2021-06-11T10:05:00): expected "current", "valeurs", "aggregations" or "validation"',
  ],
  [
    'an item that is none',
    7,
    'not-an-item',
    'entry 0, item 1: expected an object { stop_dat, current | valeurs, … }',
  ],
  [
    'a flag that is none',
    itemA(day('10:05'), { out_temp: 20 }, { update_me: 'maybe' }),
    'not-a-flag',
    'entry 0, item 1 (2021-06-11T10:05:00): update_me = "maybe"; expected true or false',
  ],
  [
    'a measure in two spellings',
    itemA(day('10:05'), { rain_sum: 1, rain_s: 2 }),
    'given-twice',
    'entry 0, item 1 (2021-06-11T10:05:00): current.rain_s = 2; expected rain_sum once, in one spelling',
  ],
];

/** Files of which nothing can be loaded. */
const badFiles: [name: string, content: unknown, folder: string, what: string, reason: string][] = [
  ['empty', '', 'unknown', 'broken-json', 'the file is empty'],
  ['blank', ' \n ', 'unknown', 'broken-json', 'the file is empty'],
  ['cut off', '[{"meteor": "MTG280", "data": [', 'unknown', 'broken-json', 'line 1, column 32 on (byte 31)'],
  [
    'a comma too many',
    '[\n  {"meteor": "MTG280",}\n]',
    'unknown',
    'broken-json',
    'line 2, column 23 on (byte 24)',
  ],
  [
    'not a number of JSON',
    '[{"meteor": "MTG280", "x": NaN}]',
    'unknown',
    'broken-json',
    'line 1, column 28 on',
  ],
  ['no entries', [], 'unknown', 'empty-file', 'the file holds an empty array'],
  ['no station', [{ data: [good] }], 'unknown', 'no-station', 'no entry has a "meteor"'],
  [
    'unknown station',
    [entryA('XYZ', good)],
    'unknown',
    'unknown-station',
    'unknown station "XYZ" (known: MTG280, MTG320)',
  ],
  [
    'a code too long',
    [entryA('MTG28012345', good)],
    'unknown',
    'unknown-station',
    'has 11 characters; expected at most 10',
  ],
  [
    'two stations',
    [entryA('MTG280', good), entryA('MTG320', good)],
    'unknown',
    'mixed-stations',
    'entries of 2 stations: "MTG280" (entry 0), "MTG320" (entry 1); expected one station a file',
  ],
  [
    'empty data',
    [entryA('MTG280')],
    'MTG280',
    'all-refused',
    'entry 0: data = []; expected at least one item',
  ],
  ['no data', [{ meteor: 'MTG280' }], 'MTG280', 'all-refused', 'data = absent; expected an array of items'],
  ['a number', '17', 'unknown', 'no-station', 'no entry has a "meteor"'],
];

describe('bad input', () => {
  let loader: Loader;
  beforeAll(async () => {
    loader = await openLoader();
  });
  afterAll(() => loader.close());

  it.each(badItems.map(([name, ...rest], index) => [name, index, ...rest] as const))(
    'an item with %s is refused, its neighbour loaded',
    async (_name, index, item, what, message) => {
      await loader.pool.query('truncate weather.observation, regie.incident, weather.station_aggregate');
      const name = `case-${index}.json`;
      loader.put(name, [entryA('MTG280', good, item)]);
      await loader.run();
      const folder = path.join(loader.folders.archive, 'MTG280/2021/06');
      const report = JSON.parse(readFileSync(path.join(folder, `${name}.rejects.json`), 'utf8')) as Report;
      expect(report.rejects.map((reject) => reject.what)).toEqual([what]);
      expect(report.rejects[0]!.message).toContain(message);
      expect(await loader.query('select out_temp from weather.observation')).toEqual([{ out_temp: 20 }]);
      const [incident] = await loader.query<{ what: string; reason: string; open: boolean }>(
        "select what, reason, state <> 'resolved' as open from regie.incident where subject like $1",
        [`%/${name}`],
      );
      expect(incident).toMatchObject({ what: 'items-refused', open: true });
      expect(incident!.reason).toContain(message);
    },
  );

  it.each(badFiles)('a file with %s fails, and says why', async (name, content, folder, what, reason) => {
    const file = `${name}.json`;
    loader.put(file, content);
    loader.put(`${name} next.json`, [entryA('MTG280', itemA('2021-06-12T00:05:00', { rain: 0 }))]);
    const report = await loader.run();
    expect(report).toMatchObject({ outcome: 'done', counts: { files: 2, failed: 1 } });
    const failed = path.join(loader.folders.failed, folder, file);
    expect(loader.files(loader.folders.failed)).toContain(`${folder}/${file}`);
    const error = JSON.parse(readFileSync(`${failed}.error.json`, 'utf8')) as Report;
    expect(error.what).toBe(what);
    expect(error.reason).toContain(reason);
    const incidents = await loader.query<{ what: string; reason: string }>(
      'select what, reason from regie.incident where subject like $1',
      [`%/${file}`],
    );
    expect(incidents).toEqual([{ what, reason: `${file}: ${error.reason}` }]);
  });
});
