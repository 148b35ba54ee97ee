import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changeRecords, trashRecords } from '../../../src/library/records/change-records.ts';
import { byIds } from '../../../src/library/records/selection.ts';
import { attention } from '../../../src/library/rules/refusals.ts';
import { rehearse } from '../../../src/library/rules/rehearse-rules.ts';
import { poll, move } from '../../../src/library/rules/mover.ts';
import {
  moverSettings,
  type MoverSettings,
  type RuleInput,
} from '../../../src/library/rules/rule-settings.ts';
import { parseMask } from '../../../src/library/status/mask.ts';
import { openPool } from '../../../src/store/connection.ts';
import type { WorkContext } from '../../../src/task/kind.ts';
import { contextOf } from './context.ts';
import { eventsOf, many, openLibrary, put, whereabouts, type TestLibrary } from './support.ts';
import { librarySection } from '../../../src/library/library-settings.ts';

let library: TestLibrary;
beforeEach(async () => {
  library = await openLibrary();
});
afterEach(() => library.close());

type Input = Parameters<typeof moverSettings.parse>[0];
const settingsOf = (...rules: RuleInput[]) => moverSettings.parse({ rules } satisfies Input);
const run = (settings: MoverSettings, more: Partial<WorkContext<MoverSettings>> = {}) =>
  move(contextOf(library.db, settings, more));

const publish: RuleInput = {
  name: 'publish',
  action: 'update',
  databox: 'press',
  from: { collection: { compare: '=', collections: ['Inbox'] }, status: 'x1xxxx' },
  to: { collection: 'online', status: '10xxxx' },
};

describe('a run', () => {
  test('changes what its rules select, reports counts, says which rule did what; a second one finds nothing', async () => {
    const [a, b, c] = await put(library.db, library.press, [
      { collection: 'Inbox', status: 0b10000n },
      { collection: 'Inbox' },
      { collection: 'Online', status: 0b10000n },
    ]);
    const settings = settingsOf(publish, {
      name: 'purge',
      action: 'trash',
      databox: 'Press',
      from: { collection: { compare: '=', collections: ['Online'] }, status: '01xxxx' },
    });
    expect(await poll(contextOf(library.db, settings))).toEqual({ work: true });
    expect(await run(settings)).toEqual({
      outcome: 'done',
      counts: { affected: 2, moved: 1, status: 1, trashed: 1, deleted: 0 },
      changed: true,
      note: 'publish: 1 moved, 1 status; purge: 1 trashed',
    });
    expect(await whereabouts(library.db)).toEqual({
      [a!]: 'Online 100000',
      [b!]: 'Inbox 0',
      [c!]: '(trash) Online 10000',
    });
    expect(await eventsOf(library.db)).toEqual([`${a} moved`, `${a} status`, `${c} trashed`]);
    const { rows } = await library.db.query('select distinct task, run, by from library.event');
    expect(rows).toEqual([{ task: 'mover', run: expect.stringMatching(/^run\/mover-/), by: null }]);

    expect(await poll(contextOf(library.db, settings))).toEqual({ work: false });
    expect(await run(settings)).toEqual({
      outcome: 'idle',
      counts: { affected: 0, moved: 0, status: 0, trashed: 0, deleted: 0 },
      changed: false,
    });
    expect(await eventsOf(library.db)).toHaveLength(3);
  });

  test('a rule whose records still match afterwards ends, and records that are so already get no event', async () => {
    await put(library.db, library.press, many(25, { collection: 'Inbox' }));
    await put(library.db, library.press, [{ collection: 'Inbox', status: 0b10000n }]);
    const settings = {
      ...settingsOf({ ...publish, from: {}, to: { status: '1xxxx' } }),
      batch: 4,
    };
    expect(await run(settings)).toMatchObject({ counts: { affected: 25, status: 25 } });
    expect(await eventsOf(library.db)).toHaveLength(25);
    expect(await run(settings)).toMatchObject({ outcome: 'idle' });
  });

  test('rules act upon what the former ones left, or with `snapshot` upon what there was', async () => {
    const onwards = settingsOf(publish, {
      name: 'archive',
      action: 'update',
      databox: 'Press',
      from: { collection: { compare: '=', collections: ['Online'] } },
      to: { collection: 'Archive' },
    });
    await put(library.db, library.press, [{ status: 0b10000n }]);
    expect(await run(onwards)).toMatchObject({ note: 'publish: 1 moved, 1 status; archive: 1 moved' });
    await library.db.query('truncate library.record cascade');
    await put(library.db, library.press, [{ status: 0b10000n }, { collection: 'Online' }]);
    expect(await run({ ...onwards, snapshot: true })).toMatchObject({
      note: 'publish: 1 moved, 1 status; archive: 1 moved',
    });
    expect(Object.values(await whereabouts(library.db))).toEqual(['Online 100000', 'Archive 0']);
  });

  test('one that is stopped ends between two batches; the next one begins anew', async () => {
    await put(library.db, library.press, many(10, { status: 0b10000n }));
    let asked = 0;
    const settings = { ...settingsOf(publish), batch: 3, snapshot: true };
    const report = await run(settings, { shouldStop: async () => (asked += 1) > 3 });
    expect(report).toMatchObject({ outcome: 'stopped', counts: { moved: 9 }, changed: true });
    // What is left was selected; but it is not what the rule wants any more, and the rule is asked again.
    await library.db.query('update library.record set status = 0 where status = 16 returning id');
    expect(await run(settings)).toMatchObject({ outcome: 'idle' });
  });

  test('cancelled, it ends with the reason of its signal', async () => {
    await put(library.db, library.press, [{ status: 0b10000n }]);
    const reason = new Error('cancelled by an operator');
    await expect(run(settingsOf(publish), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await eventsOf(library.db)).toEqual([]);
  });

  test('says how far it is', async () => {
    await put(library.db, library.press, many(5, { status: 0b10000n }));
    const steps: unknown[] = [];
    let changes = 0;
    await run(
      { ...settingsOf(publish), batch: 2 },
      {
        progress: (progress) => void steps.push(progress),
        changed: () => void (changes += 1),
      },
    );
    expect(steps).toContainEqual(expect.objectContaining({ step: 'rule publish', done: 4, total: 5 }));
    expect(changes).toBe(3);
  });
});

test('two runs of the same second have the same id: the second one does its work', async () => {
  const settings = settingsOf(publish);
  await put(library.db, library.press, [{ status: 0b10000n }]);
  expect(await run(settings, { run: 'run/now', runId: 'first' })).toMatchObject({ counts: { moved: 1 } });
  await put(library.db, library.press, many(2, { status: 0b10000n }));
  expect(await run(settings, { run: 'run/now', runId: 'second' })).toMatchObject({ counts: { moved: 2 } });
});

describe('somebody else', () => {
  test('a record that was moved between selection and batch is left alone', async () => {
    const ids = await put(library.db, library.press, many(4, { status: 0b10000n }));
    for (const snapshot of [false, true]) {
      await library.db.query('update library.record set status = 16, collection_id = $1', [
        library.press.collections[0]!.id,
      ]);
      let asked = 0;
      await run(
        { ...settingsOf(publish), batch: 2, snapshot },
        {
          // Asked before the rule, and before the second batch.
          shouldStop: async () => {
            asked += 1;
            if (asked === 2) {
              await changeRecords(
                library.db,
                library.press,
                byIds([ids[3]!]),
                { status: parseMask('0xxxx') },
                { by: 'ann@desk' },
              );
            }
            return false;
          },
        },
      );
      expect(await whereabouts(library.db), `snapshot: ${snapshot}`).toEqual({
        [ids[0]!]: 'Online 100000',
        [ids[1]!]: 'Online 100000',
        [ids[2]!]: 'Online 100000',
        [ids[3]!]: 'Inbox 0',
      });
    }
  });

  test('one who is about to move a record is waited for, and counts', async () => {
    const [id] = await put(library.db, library.press, [{ status: 0b10000n }]);
    const pool = openPool(library.url, { max: 1 });
    const other = await pool.connect();
    try {
      await other.query('begin');
      await changeRecords(
        other,
        library.press,
        byIds([id!]),
        { collection: library.press.collections.find(({ name }) => name === 'Archive')! },
        { by: 'ann@desk' },
      );
      const running = run(settingsOf(publish));
      await sleep(200);
      await other.query('commit');
      expect(await running).toMatchObject({ outcome: 'idle' });
      expect(await whereabouts(library.db)).toEqual({ [id!]: 'Archive 10000' });
    } finally {
      other.release();
      await pool.end();
    }
  });

  test('what is in the trash is left there, but by a rule that asks when it came', async () => {
    const [old, recent, kept] = await put(library.db, library.press, [{}, {}, {}]);
    await trashRecords(library.db, library.press, byIds([old!, recent!]), { by: 'ann@desk' });
    await library.db.query(
      "update library.record set trashed_at = now() - interval '91 days' where id = $1",
      [old],
    );
    const settings = settingsOf(
      { name: 'all', action: 'update', databox: 'Press', to: { status: '1xxxx' } },
      {
        name: 'empty the trash',
        action: 'delete',
        databox: 'Press',
        from: { date: [{ field: '#trashed', direction: 'after', delta: 90 }] },
      },
    );
    expect(await run(settings)).toMatchObject({ note: 'all: 1 status; empty the trash: 1 deleted' });
    expect(await whereabouts(library.db)).toEqual({
      [recent!]: '(trash) Inbox 0',
      [kept!]: 'Inbox 10000',
    });
  });
});

describe('a rule that cannot be carried out', () => {
  const of = (from: RuleInput['from'], more: Partial<RuleInput> = {}): RuleInput => ({
    ...publish,
    name: 'bad',
    from,
    ...more,
  });

  test.each<[RuleInput, string]>([
    [of({}, { databox: 'Pres' }), 'there is no databox "Pres"; did you mean Press?'],
    [of({}, { databox: 99 }), 'there is no databox with the id 99; expected one of'],
    [
      of({ text: [{ field: 'Autor', compare: '=', value: 'x' }] }),
      'has no field "Autor"; did you mean Author?',
    ],
    [
      of({ text: [{ field: 'Rating', compare: '>', value: 'ten' }] }),
      'Rating is a number, but is compared with "ten"',
    ],
    [
      of({ text: [{ field: 'Online', compare: '>', value: '2026-02-30' }] }),
      'Online is a date, but is compared with',
    ],
    [
      of({ date: [{ field: 'Author', direction: 'after' }] }),
      'Author is of type text, but stands in a date clause',
    ],
    [
      of({ date: [{ field: '#credate', direction: 'after' }] }),
      'expected one of #created, #modified, #trashed',
    ],
    [of({ date: [{ field: '#trashed', direction: 'after' }] }), 'of which the action update does nothing'],
    [of({ collection: { compare: '!=', collections: ['Inbox', 'Nowhere'] } }), 'has no collection "Nowhere"'],
    [of({ collection: { compare: '=', collections: [4711] } }), 'has no collection with the id 4711'],
    [of({}, { to: { collection: 'Nowhere' } }), 'has no collection "Nowhere"'],
    [of({}, { to: { status: 'x1xxx1' } }), 'status bits below 4, which belong to the system'],
  ])('%#: it is disabled as a whole, says why, and the others go on', async (bad, reason) => {
    await put(library.db, library.press, [{ status: 0b10000n }]);
    const settings = settingsOf(bad, publish);
    expect(await poll(contextOf(library.db, settings))).toEqual({ work: true });
    const report = await run(settings);
    expect(report).toMatchObject({ outcome: 'done', counts: { affected: 1, refused: 1 } });
    expect(report.note).toContain('bad: disabled: ');
    expect(report.note).toContain(reason);
    expect(await attention(library.db, 'mover')).toEqual({
      count: 1,
      latest: [{ at: expect.any(String), text: expect.stringContaining(`rule "bad" is disabled: `) }],
      how: 'regie rules test mover',
    });
    // It is told; now there is nothing to do.
    expect(await poll(contextOf(library.db, settings))).toEqual({ work: false });
  });

  test('a databox in a zone that nobody knows', async () => {
    await library.db.query("update library.databox set timezone = 'Europe/Pariss' where name = 'Films'");
    const context = contextOf(library.db, settingsOf({ ...publish, databox: 'Films' }));
    librarySection.of(context.config).databoxes = {};
    expect((await move(context)).note).toContain('databox Films is in the time zone "Europe/Pariss"');
  });

  test('mended, it is no longer told, and says since when it was', async () => {
    const bad = of({ date: [{ field: 'Due', direction: 'after' }] });
    await run(settingsOf(bad));
    const [first] = (await attention(library.db, 'mover')).latest;
    await run(settingsOf(bad));
    expect((await attention(library.db, 'mover')).latest).toEqual([first]);
    const mended = settingsOf(of({ date: [{ field: 'Online', direction: 'after' }] }));
    expect(await poll(contextOf(library.db, mended))).toEqual({ work: true });
    await run(mended);
    expect(await attention(library.db, 'mover')).toEqual({ count: 0, latest: [] });
  });

  test('one that would change more than it may is held back; one that would change as many is not', async () => {
    await put(library.db, library.press, many(3, { status: 0b10000n }));
    await put(library.db, library.press, [{ collection: 'Online', status: 0b100000n }]);
    const held = settingsOf({ ...publish, maxAffected: 2 }, { ...publish, name: 'next', maxAffected: 3 });
    expect(await run(held)).toMatchObject({
      outcome: 'done',
      counts: { moved: 3, refused: 1 },
      note: 'publish: held back: it would change 3 records, more than maxAffected, which is 2; next: 3 moved, 3 status',
    });
    expect((await attention(library.db, 'mover')).latest[0]!.text).toContain('rule "publish" is held back');
    expect(await run(held)).toMatchObject({ outcome: 'idle' });
    expect(await attention(library.db, 'mover')).toMatchObject({ count: 0 });
  });

  test('one that is set aside does nothing, and is nothing to look at', async () => {
    await put(library.db, library.press, [{ status: 0b10000n }]);
    const settings = settingsOf({ ...publish, active: false });
    expect(await poll(contextOf(library.db, settings))).toEqual({ work: false });
    expect(await run(settings)).toMatchObject({ outcome: 'idle', counts: { affected: 0 } });
    expect(await attention(library.db, 'mover')).toMatchObject({ count: 0 });
  });
});

test('a rehearsal counts and changes nothing', async () => {
  const [a] = await put(library.db, library.press, [{ status: 0b10000n }]);
  expect(await run(settingsOf(publish), { options: { tmp: true } })).toEqual({
    outcome: 'done',
    counts: { affected: 1, moved: 1, status: 1, trashed: 0, deleted: 0 },
    changed: false,
    note: 'a rehearsal, which changed nothing: publish: 1 moved, 1 status',
  });
  expect(await whereabouts(library.db)).toEqual({ [a!]: 'Inbox 10000' });
  expect(await eventsOf(library.db)).toEqual([]);
  expect((await library.db.query('select from library.rule_run')).rowCount).toBe(0);
});

test('databoxes that only the configuration knows are made', async () => {
  await library.db.query('truncate library.databox cascade');
  expect(await run(settingsOf(publish))).toMatchObject({ outcome: 'idle', counts: { affected: 0 } });
});

test('a rehearsal leaves out what a rule before would have deleted', async () => {
  const ids = await put(library.db, library.press, [{ collection: 'Inbox' }, { collection: 'Inbox' }]);
  const settings = settingsOf(
    {
      name: 'first',
      action: 'delete',
      databox: 'Press',
      from: {
        collection: { compare: '=', collections: ['Inbox'] },
        date: [{ field: '#created', direction: 'after' }],
      },
    },
    {
      name: 'again',
      action: 'trash',
      databox: 'Press',
      from: { collection: { compare: '=', collections: ['Inbox'] } },
    },
    {
      name: 'elsewhere',
      action: 'update',
      databox: 'Press',
      from: { collection: { compare: '!=', collections: ['Online'] } },
      to: { collection: 'Online' },
    },
  );
  const { db } = library;
  const declared = settings.rules.map((rule) => ({ name: rule.name, rule }));
  const foretold = await rehearse(db, librarySection.of(contextOf(db, settings).config), declared, settings);
  expect(foretold).toMatchObject([
    { name: 'first', deleted: 2, first: ids },
    { name: 'again', affected: 0 },
    { name: 'elsewhere', affected: 0 },
  ]);
  expect(Object.keys(await whereabouts(db))).toEqual(ids);
});
