import { afterEach, beforeEach, expect, test } from 'vitest';
import { workflowSettings } from '../../../src/library/workflow/workflow-settings.ts';
import { poll, work } from '../../../src/library/workflow/workflow.ts';
import { contextOf } from '../rules/context.ts';
import { eventsOf, many, openLibrary, put, whereabouts, type TestLibrary } from '../rules/support.ts';

let library: TestLibrary;
beforeEach(async () => {
  library = await openLibrary();
});
afterEach(() => library.close());

const settings = workflowSettings.parse({
  databox: 'Press',
  from: { collection: 'Inbox', status: { bit: 4, on: true } },
  to: { collection: 'Online', status: { bit: 5, on: true } },
  batch: 2,
});

test('moves by status bit, each batch in a transaction, an event for each change; a second run finds nothing', async () => {
  const ids = await put(library.db, library.press, [
    ...many(5, { status: 0b10000n }),
    {},
    { collection: 'Online', status: 0b10000n },
  ]);
  const context = contextOf(library.db, settings);
  expect(await poll(context)).toEqual({ work: true });
  const transactions = async () =>
    (await library.db.query('select distinct xmin::text from library.record where status = 48')).rowCount;
  expect(await work(context)).toEqual({
    outcome: 'done',
    counts: { affected: 5, moved: 5, status: 5, trashed: 0, deleted: 0 },
    changed: true,
    note: 'workflow: 5 moved, 5 status',
  });
  expect(await transactions()).toBe(3);
  expect(Object.values(await whereabouts(library.db))).toEqual([
    ...Array(5).fill('Online 110000'),
    'Inbox 0',
    'Online 10000',
  ]);
  expect(await eventsOf(library.db)).toEqual(
    ids.slice(0, 5).flatMap((id) => [`${id} moved`, `${id} status`]),
  );
  expect(await poll(contextOf(library.db, settings))).toEqual({ work: false });
  expect(await work(contextOf(library.db, settings))).toMatchObject({ outcome: 'idle' });
  expect(await eventsOf(library.db)).toHaveLength(10);
});

test('from a bit to a bit, in whatever collection', async () => {
  await put(library.db, library.press, [{ status: 0b10000n }, { collection: 'Online', status: 0b10000n }]);
  const bits = workflowSettings.parse({
    databox: 'Press',
    from: { status: 'x1xxxx' },
    to: { status: { bit: 4, on: false } },
  });
  expect(await work(contextOf(library.db, bits))).toMatchObject({ counts: { status: 2, moved: 0 } });
});

test.each<[unknown, string]>([
  [{ databox: 'P', from: {}, to: { collection: 'A' } }, 'expected a collection, a status bit, or both'],
  [{ databox: 'P', from: { collection: 'A' }, to: {} }, 'expected a collection, a status bit, or both'],
  [
    { databox: 'P', from: { status: 'xxxx' }, to: { collection: 'A' } },
    'expected a collection, a status bit, or both',
  ],
  [{ databox: 'P', from: { collection: 'A' } }, 'expected object'],
  [{ databox: 'P', from: { collection: 'A' }, to: { status: { bit: 3, on: true } } }, 'Invalid input'],
  [{ databox: 'P', from: { collection: 'A' }, to: { status: { bit: 64, on: true } } }, 'Invalid input'],
])('%j is refused', (input, words) => {
  const { error } = workflowSettings.safeParse(input);
  expect(error?.issues.map(({ message }) => message).join('; ')).toContain(words);
});

test('it waits for a collection that is not there', async () => {
  const missing = { ...settings, to: { collection: 'Onlin' } };
  const blockedBy = 'databox Press has no collection "Onlin"; did you mean Online?';
  expect(await poll(contextOf(library.db, missing))).toEqual({ work: false, blockedBy });
  expect(await work(contextOf(library.db, missing))).toMatchObject({
    outcome: 'waiting',
    note: expect.stringContaining(blockedBy),
  });
});
