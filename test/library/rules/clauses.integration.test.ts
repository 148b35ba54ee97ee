import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rulesOfZones } from '../../../src/library/rules/declared.ts';
import { resolveRules } from '../../../src/library/rules/resolve-rules.ts';
import { selectIds } from '../../../src/library/rules/select.ts';
import { moverSettings, ruleSchema, type RuleInput } from '../../../src/library/rules/rule-settings.ts';
import { Parameters } from '../../../src/library/rules/where.ts';
import type { Databox } from '../../../src/library/model/databox.ts';
import { openLibrary, put, type Draft, type TestLibrary } from './support.ts';

let library: TestLibrary;
beforeEach(async () => {
  library = await openLibrary();
});
afterEach(() => library.close());

/** Which of some records the rule selects, by their index, at a moment. */
async function selected(
  drafts: readonly Draft[],
  from: RuleInput['from'],
  now = new Date(),
  databox: Databox = library.press,
): Promise<number[]> {
  const ids = await put(library.db, databox, drafts);
  const rule = ruleSchema.parse({
    name: 'r',
    action: 'update',
    databox: databox.name,
    from,
    to: { status: '1xxxxxxx' },
  });
  const [resolved] = await resolveRules(library.db, [{ name: 'r', rule }]);
  if (resolved?.state !== 'ready') throw new Error(JSON.stringify(resolved));
  const parameters = new Parameters();
  const { rows } = await library.db.query<{ id: string }>(
    selectIds(resolved.rule, { now }, parameters),
    parameters.values,
  );
  return rows.map(({ id }) => ids.indexOf(id)).sort((a, b) => a - b);
}

describe('values', () => {
  const authors: Draft[] = [
    { values: { Author: ['Ann'] } },
    { values: { Author: ['Bob', 'Ann'] } },
    { values: { Author: ['bob'] } },
    { values: {} },
  ];
  test.each([
    ['=', 'Ann', [0, 1]],
    ['!=', 'Ann', [2]],
    ['<', 'B', [0, 1]],
    ['>', 'B', [1, 2]],
    ['<=', 'Bob', [0, 1]],
    ['>=', 'Bob', [1, 2]],
    ['=', '', []],
    ['!=', '', [0, 1, 2]],
  ] as const)('Author %s %j', async (compare, value, expected) => {
    expect(await selected(authors, { text: [{ field: 'author', compare, value }] })).toEqual(expected);
  });

  const ratings: Draft[] = ['9', '10', '-3,5', 'ten'].map((text) => ({ values: { Rating: [text] } }));
  test.each([
    ['=', '10.0', [1]],
    ['!=', 10, [0, 2]],
    ['<', '9', [2]],
    ['>', 9, [1]],
    ['<=', '9', [0, 2]],
    ['>=', -3.5, [0, 1, 2]],
  ] as const)(
    'Rating %s %j, as numbers; what is no number matches nothing',
    async (compare, value, expected) => {
      expect(await selected(ratings, { text: [{ field: 'Rating', compare, value }] })).toEqual(expected);
    },
  );

  test.each([
    ['=', '2026-06-01', [0]],
    ['>', '2026:06:01 00:00:00', [1]],
    ['<', '2026-06-01 10:00', [0]],
  ] as const)('a date %s %j, as dates', async (compare, value, expected) => {
    const dates: Draft[] = [
      { values: { Online: ['2026-06-01'] } },
      { values: { Online: ['20260601T113000'] } },
      { values: { Online: ['soon'] } },
    ];
    expect(await selected(dates, { text: [{ field: 'Online', compare, value }] })).toEqual(expected);
  });

  test('texts that differ only far behind are told apart', async () => {
    const long = 'a'.repeat(250);
    const drafts = [{ values: { Author: [long] } }, { values: { Author: [`${long}b`] } }];
    expect(await selected(drafts, { text: [{ field: 'Author', compare: '=', value: long }] })).toEqual([0]);
    await library.db.query('truncate library.record cascade');
    expect(await selected(drafts, { text: [{ field: 'Author', compare: '!=', value: long }] })).toEqual([1]);
  });

  test('quotes, backslashes and dollars are texts like others', async () => {
    const odd = `O'Hara \\ "$1" %_`;
    expect(
      await selected([{ values: { Author: [odd] } }, { values: { Author: ['x'] } }], {
        text: [{ field: 'Author', compare: '=', value: odd }],
      }),
    ).toEqual([0]);
  });
});

describe('dates', () => {
  const due = (field: string, direction: 'before' | 'after', delta = 0): RuleInput['from'] => ({
    date: [{ field, direction, delta }],
  });

  test.each([
    // Paris is an hour ahead of UTC in winter: the day begins at 23:00.
    ['2026-01-31T22:59:59.999Z', 'before'],
    ['2026-01-31T23:00:00.000Z', 'after'],
  ])('the midnight of a day is that of the databox: %s is %s', async (now, side) => {
    const drafts = [{ values: { Expires: ['2026-02-01'] } }];
    const at = new Date(now);
    expect(await selected(drafts, due('Expires', 'before'), at)).toEqual(side === 'before' ? [0] : []);
    await library.db.query('truncate library.record cascade');
    expect(await selected(drafts, due('Expires', 'after'), at)).toEqual(side === 'after' ? [0] : []);
  });

  test('a databox of another zone has another midnight', async () => {
    const drafts = [{ values: { Due: ['2026-02-01'] } }];
    const now = new Date('2026-01-31T20:00:00Z');
    expect(await selected(drafts, due('Due', 'after'), now, library.films)).toEqual([0]);
  });

  test.each([
    // Clocks go from 2:00 to 3:00.
    ['2026-03-29T00:59:59Z', []],
    ['2026-03-29T01:00:00Z', [0]],
    // With two days less it is due on the 27th at 2:30.
    ['2026-03-27T01:29:59Z', [], -2],
    ['2026-03-27T01:30:00Z', [0], -2],
    // A day more is the next day at the same time, though 23 hours or so have passed.
    ['2026-03-30T00:29:59Z', [], 1],
    ['2026-03-30T00:30:00Z', [0], 1],
  ])('a time that clocks skip in spring: at %s %j', async (now, expected, delta = 0) => {
    const drafts = [{ values: { Online: ['2026-03-29 02:30'] } }];
    expect(await selected(drafts, due('Online', 'after', delta), new Date(now))).toEqual(expected);
  });

  test.each([
    ['2026-10-25T00:14:59Z', []],
    ['2026-10-25T00:15:00Z', [0]],
    // The clock shows 2:00 for the second time.
    ['2026-10-25T01:00:00Z', []],
    ['2026-10-25T01:15:00Z', [0]],
  ])(
    'a time that clocks show twice in autumn is before, after, before and after: at %s %j',
    async (now, expected) => {
      const drafts = [{ values: { Online: ['2026-10-25 02:15'] } }];
      expect(await selected(drafts, due('Online', 'after'), new Date(now))).toEqual(expected);
    },
  );

  test('of several dates the latest counts; without a date neither matches', async () => {
    const drafts: Draft[] = [
      { values: { Expires: ['2026-01-01', '2027-01-01'] } },
      { values: { Expires: ['2026-01-01', '2026-02-01'] } },
      { values: { Expires: ['never'] } },
      {},
    ];
    const now = new Date('2026-06-01T00:00:00Z');
    expect(await selected(drafts, due('Expires', 'before'), now)).toEqual([0]);
    await library.db.query('truncate library.record cascade');
    expect(await selected(drafts, due('Expires', 'after'), now)).toEqual([1]);
  });

  test('dates of the record itself', async () => {
    const day = (n: number) => new Date(Date.UTC(2026, 5, n, 12));
    const drafts: Draft[] = [
      { created: day(1), modified: day(9) },
      { created: day(5), modified: day(5) },
      { created: day(1), modified: day(1), trashed: day(6) },
    ];
    const now = day(10);
    expect(await selected(drafts, due('#created', 'after', 9), now)).toEqual([0]);
    await library.db.query('truncate library.record cascade');
    expect(await selected(drafts, due('#Modified', 'before', 3), now)).toEqual([0]);
  });

  test('dates after the year 9999 and before Christ end in no error', async () => {
    const drafts: Draft[] = [{ values: { Online: ['9999-12-31'] } }, { values: { Online: ['0001-01-01'] } }];
    expect(await selected(drafts, due('Online', 'before', 100_000))).toEqual([0]);
  });
});

describe('collections, types and status', () => {
  const drafts: Draft[] = [
    { collection: 'Inbox', status: 0b10000n },
    { collection: 'Online', status: 0b1010000n },
    { collection: 'Archive', type: 'story', status: 1n << 63n },
    { collection: 'Inbox', status: 0b10000n, trashed: new Date() },
  ];
  test.each<[RuleInput['from'], number[]]>([
    [{}, [0, 1, 2]],
    [{ type: 'RECORD' }, [0, 1]],
    [{ type: 'STORY' }, [2]],
    [{ collection: { compare: '=', collections: ['inbox', 'Archive'] } }, [0, 2]],
    [{ collection: { compare: '!=', collections: ['Inbox', 'Archive'] } }, [1]],
    [{ status: 'x1xxxx' }, [0, 1]],
    [{ status: '1x0xxxx' }, []],
    [{ status: '1x1xxxx' }, [1]],
    [{ status: '00xxxx' }, [2]],
    [{ status: 'xxxx' }, [0, 1, 2]],
    [{ status: '' }, [0, 1, 2]],
    [{ status: `1${'x'.repeat(63)}` }, [2]],
    [{ type: 'RECORD', status: 'x1xxxx', collection: { compare: '!=', collections: ['Online'] } }, [0]],
  ])('%j selects %j', async (from, expected) => {
    expect(await selected(drafts, from)).toEqual(expected);
  });

  test('by id, which is not the name that looks like it', async () => {
    const { press } = library;
    const online = press.collections.find(({ name }) => name === 'Online')!;
    expect(await selected(drafts, { collection: { compare: '=', collections: [online.id] } })).toEqual([1]);
  });
});

describe('three zones', () => {
  const { zones } = moverSettings.parse({
    zones: [
      {
        name: 'rights',
        databox: 'Press',
        from: { collection: { compare: '=', collections: ['Inbox'] } },
        dates: [{ field: 'Online' }, { field: 'Expires', delta: -1 }],
        before: { status: '1xxxx' },
        between: { collection: 'Online' },
        after: { collection: 'Archive', status: '0xxxx' },
      },
    ],
  });
  const rules = rulesOfZones(zones[0]!);

  test.each<[Record<string, string[]>, string | undefined]>([
    [{ Online: ['2026-06-11'], Expires: ['2026-06-20'] }, 'before'],
    [{ Online: ['2026-06-10'], Expires: ['2026-06-20'] }, 'between'],
    [{ Online: ['2026-06-01'], Expires: ['2026-06-12'] }, 'between'],
    [{ Online: ['2026-06-01'], Expires: ['2026-06-11'] }, 'after'],
    // The wrong way round: it is over.
    [{ Online: ['2026-06-20'], Expires: ['2026-06-01'] }, 'after'],
    [{ Online: ['2026-06-20'] }, 'before'],
    [{ Online: ['2026-06-01'] }, undefined],
    [{ Expires: ['2026-06-01'] }, 'after'],
    [{ Expires: ['2026-07-01'] }, undefined],
    [{}, undefined],
  ])('%j is %s', async (values, expected) => {
    const found: string[] = [];
    for (const rule of rules) {
      const [resolved] = await resolveRules(library.db, [{ name: rule.name, rule }]);
      if (resolved?.state !== 'ready') throw new Error(JSON.stringify(resolved));
      await library.db.query('truncate library.record cascade');
      await put(library.db, library.press, [{ values }]);
      const parameters = new Parameters();
      const way = { now: new Date('2026-06-10T00:00:00Z') };
      const { rowCount } = await library.db.query(
        selectIds(resolved.rule, way, parameters),
        parameters.values,
      );
      if (rowCount) found.push(rule.name.replace('rights: ', ''));
    }
    expect(found).toEqual(expected === undefined ? [] : [expected]);
  });
});
