import { afterEach, beforeEach, expect, test } from 'vitest';
import { empty, poll } from '../../../src/library/empty/empty.ts';
import { emptySettings } from '../../../src/library/empty/empty-collection-settings.ts';
import { contextOf } from '../rules/context.ts';
import { eventsOf, many, openLibrary, put, whereabouts, type TestLibrary } from '../rules/support.ts';

let library: TestLibrary;
beforeEach(async () => {
  library = await openLibrary();
});
afterEach(() => library.close());

const settings = emptySettings.parse({ databox: 'Press', collection: 'inbox', batch: 3 });
const end = 'collection inbox of databox Press is empty';

test('all records of the collection go to the trash, stories too, then it ends', async () => {
  const ids = await put(library.db, library.press, [
    ...many(7, {}),
    { type: 'story' as const },
    { collection: 'Online' },
  ]);
  expect(await poll(contextOf(library.db, settings))).toEqual({ work: true });
  expect(await empty(contextOf(library.db, settings))).toEqual({
    outcome: 'done',
    counts: { affected: 8, moved: 0, status: 0, trashed: 8, deleted: 0 },
    changed: true,
    note: 'empty: 8 trashed',
    end,
  });
  expect(Object.values(await whereabouts(library.db))).toEqual([
    ...Array(8).fill('(trash) Inbox 0'),
    'Online 0',
  ]);
  expect(await eventsOf(library.db)).toEqual(ids.slice(0, 8).map((id) => `${id} trashed`));
});

test('one that is empty at once ends at once', async () => {
  expect(await poll(contextOf(library.db, settings))).toEqual({ work: true });
  expect(await empty(contextOf(library.db, settings))).toMatchObject({ outcome: 'idle', end });
});

test('stopped, or while records come, it does not end', async () => {
  await put(library.db, library.press, many(7, {}));
  let asked = 0;
  const stopped = await empty(contextOf(library.db, settings, { shouldStop: async () => (asked += 1) > 2 }));
  expect(stopped).toMatchObject({ outcome: 'stopped', counts: { trashed: 6 } });
  expect(stopped.end).toBeUndefined();

  const report = await empty(
    contextOf(library.db, settings, { changed: () => void put(library.db, library.press, [{}]) }),
  );
  expect(report).toMatchObject({ outcome: 'done', counts: { trashed: 1 } });
  expect(report.end).toBeUndefined();
});

test('a rehearsal ends nothing', async () => {
  await put(library.db, library.press, [{}]);
  const report = await empty(contextOf(library.db, settings, { options: { tmp: true } }));
  expect(report).toMatchObject({ counts: { trashed: 1 }, changed: false });
  expect(report.end).toBeUndefined();
  expect(Object.values(await whereabouts(library.db))).toEqual(['Inbox 0']);
});

test('it waits for a collection that is not there, and does not end', async () => {
  const missing = { ...settings, collection: 'Outbox' };
  expect(await poll(contextOf(library.db, missing))).toMatchObject({
    work: false,
    blockedBy: expect.stringContaining('databox Press has no collection "Outbox"'),
  });
  const report = await empty(contextOf(library.db, missing));
  expect(report.outcome).toBe('waiting');
  expect(report.end).toBeUndefined();
});
