import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { attentionOf } from '../../../src/incidents/open-incidents.ts';
import { command } from '../../support/command.ts';
import { entryA, itemA, openLoader, type Loader } from '../load/support.ts';

let loader: Loader;
const before = process.env.DATABASE_URL;
beforeAll(async () => {
  loader = await openLoader({ weather: { stations: { S1: {} } } });
  writeFileSync(loader.config.file, 'export default { installation: "test", tasks: [] };');
  process.env.DATABASE_URL = loader.url;
});
afterAll(async () => {
  if (before === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = before;
  await loader.close();
});

const regie = (...args: string[]) =>
  command(['--config', path.join(loader.root, 'regie.config.ts'), 'weather', ...args]);
const day = (time: string) => `2021-06-11T${time}:00`;

describe('exclude, exclusions, lift', () => {
  beforeAll(async () => {
    loader.put('1.json', [
      entryA('S1', itemA(day('10:00'), { rain: 1, out_temp: 99 }), itemA(day('10:05'), { rain: 2.12345 })),
    ]);
    await loader.run();
  });

  test('what they do is told, as words and as JSON', async () => {
    const done = await regie(
      'exclude',
      's1',
      'rain',
      '--from',
      day('10:00'),
      '--to',
      '2021-06-11',
      '--reason',
      'a bird',
    );
    expect(done).toEqual({
      ...done,
      code: 0,
      out:
        'Exclusion 1: rain of S1, (2021-06-11T10:00:00, 2021-06-12T00:00:00] does not count any more.\n' +
        'Of 1 observation 1 value was left out; 1 hour for the next aggregation to recompute.\n' +
        'To end it: regie weather lift 1\n',
    });
    const second = await regie('exclude', 'S1', 'rain,wind', '--from', '2021', '--json');
    expect(second.json()).toMatchObject({
      exclusions: [
        { id: 2, station: 'S1', measure: 'rain', from: '2021-01-01T00:00:00', to: null },
        { id: 3, measure: 'wind' },
      ],
      observations: 1,
      values: 1,
      hours: 1,
    });
    const list = await regie('exclusions', 'S1');
    expect(list.out.split('\n')[0]).toMatch(/^ *ID {2}STATION {2}MEASURE {2}AFTER +UNTIL/);
    expect(list.out).toMatch(/1 {2}S1 +rain +2021-06-11 10:00:00 {2}2021-06-12 00:00:00 .* a bird/);
    const lifted = await regie('lift', '2', '3');
    expect(lifted.code).toBe(0);
    expect(lifted.out).toContain('Of 1 observation 1 value was brought back; 1 hour for the next');
    // Why the other value stays where it is.
    expect(lifted.out).toContain('Exclusion 1 still leaves out some of it.');
    expect((await regie('exclusions', '--json')).json()).toMatchObject([{ id: 1 }]);
    expect((await regie('exclusions', '--all', '--json')).json()).toHaveLength(3);
  });

  test('observations with their codes: table, JSON, CSV', async () => {
    const found = await regie('observations', 'S1');
    expect(found.out.trimEnd().split('\n')).toEqual([
      'STOP                 MINUTES  VALUE OF  VALUE  QUALITY',
      '2021-06-11 10:00:00        5  out_temp     99  3 doubtful',
      '2021-06-11 10:00:00        5  rain          1  2 good',
      '2021-06-11 10:05:00        5  rain      2.123  4 excluded',
    ]);
    expect((await regie('observations', 'S1', '--quality', 'doubtful', '-q', '4', '--json')).json()).toEqual([
      {
        station: 'S1',
        stop: day('10:00'),
        duration: 5,
        measure: 'out_temp',
        key: 'out_temp',
        value: 99,
        quality: 3,
      },
      {
        station: 'S1',
        stop: day('10:05'),
        duration: 5,
        measure: 'rain',
        key: 'rain',
        value: 2.12345,
        quality: 4,
      },
    ]);
    const csv = await regie('observations', 'S1', '-m', 'rain', '--csv', '--limit', '1');
    expect(csv.out).toBe(
      `station,stop,duration,measure,key,value,quality\nS1,${day('10:00')},5,rain,rain,1,2\n`,
    );
    expect(csv.err).toContain('Only the first 1 values');
    expect((await regie('observations', 'S1', '--from', '2022')).out).toBe('No values.\n');
  });

  it.each([
    [['exclude', 'S1', 'rain'], 2, "required option '--from <date>'"],
    [['exclude', 'S1', 'rainn', '--from', '2021'], 2, 'There is no measure "rainn"'],
    [['exclude', 'S9', 'rain', '--from', '2021'], 2, 'There is no station "S9"'],
    [['exclude', 'S1', 'rain', '--from', 'monday'], 2, '"monday" is no date'],
    [['lift', 'x'], 2, 'Expected an id'],
    [['lift', '99'], 2, 'There is no exclusion 99'],
    [['lift', '2'], 5, 'Exclusion 2 was lifted already'],
    [['exclusions', 'S9'], 2, 'There is no station "S9"'],
    [
      ['observations', 'S1', '-q', 'bad'],
      2,
      'There is no quality "bad": expected some of 1 (not checked), 2 (good)',
    ],
    [['incidents', 'close'], 2, 'Which ones?'],
    [['incidents', 'close', '1', '--all'], 2, 'Either ids or --all'],
    [['incidents', 'close', '99'], 2, 'There is no incident 99'],
  ])('%j ends with %i, in words', async (args, code, words) => {
    const said = await regie(...args);
    expect(said).toMatchObject({ code, out: '' });
    expect(said.err).toContain(words);
  });
});

describe('incidents', () => {
  beforeEach(async () => {
    await loader.pool.query('truncate regie.incident restart identity');
    loader.put('2.json', 'broken');
    loader.put('3.json', [
      entryA(
        'S1',
        itemA(day('11:00'), { rain: 'abc' }),
        itemA(day('11:05'), { rain: 1 }, { update_me: true }),
      ),
    ]);
    await loader.run();
  });
  const look = async () => {
    const db = await loader.pool.connect();
    try {
      return await attentionOf(db, 'svcLoadJson');
    } finally {
      db.release();
    }
  };

  it('are listed with their reasons, closed with a note, and gone from what there is to look at', async () => {
    expect(await look()).toMatchObject({
      count: 2,
      latest: [
        { text: expect.stringMatching(/^2: .*3\.json/) },
        { text: expect.stringMatching(/^1: .*2\.json/) },
      ],
      how: expect.stringContaining('regie incidents --task svcLoadJson'),
    });
    const list = (await regie('incidents')).out.split('\n');
    expect(list[0]).toMatch(/^ID {2}AT +STATION {2}WHAT +FILE/);
    expect(list[1]).toMatch(/^ 2 .* S1 +items-refused {2}data\/weather\/archive\/S1\/2021\/06\/3/);
    expect(list[2]).toMatch(/^ {4}1 of 2 refused/);

    const closed = await regie('incidents', 'close', '2', '--note', 'sent again');
    expect(closed).toMatchObject({ code: 0, out: '1 incident closed, 1 open.\n' });
    expect(await look()).toMatchObject({ count: 1 });
    expect((await regie('incidents', 'close', '2', '--json')).json()).toEqual({
      closed: [],
      closedBefore: [2],
      open: 1,
    });
    expect((await regie('incidents', 'close', '--all')).out).toBe('1 incident closed, 0 open.\n');
    expect((await regie('incidents')).out).toBe('No open incident.\n');
    expect((await regie('incidents', '--all')).out).toMatch(/ by \S+@\S+ \(sent again\)/);
    expect((await regie('incidents', '--all', '--json')).json()).toMatchObject([
      { id: 2, open: false, note: 'sent again', closedBy: expect.stringContaining('@') },
      { id: 1, open: false, note: null },
    ]);
    expect(await look()).toMatchObject({ count: 0, latest: [] });
  });

  it('are listed though a name has a line break in it', async () => {
    loader.put('c\nd.json', '{"x');
    await loader.run();
    const { code, out } = await regie('incidents');
    expect(code).toBe(0);
    expect(out).toContain(String.raw`c\nd.json`);
  });
});
