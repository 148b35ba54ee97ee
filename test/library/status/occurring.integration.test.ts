import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseMask } from '../../../src/library/status/mask.ts';
import { matching, occurringStatuses } from '../../../src/library/status/occurring.ts';
import { many, openLibrary, put, type TestLibrary } from '../rules/support.ts';

let library: TestLibrary;
beforeEach(async () => {
  library = await openLibrary();
});
afterEach(() => library.close());

test('each status once for each collection, all 64 bits, not those of the trash or of another databox', async () => {
  const { db, press, films } = library;
  const [inbox, online] = press.collections.map(({ id }) => id);
  const all = (1n << 64n) - 1n;
  await put(db, press, [
    ...many(5, { status: 0b10000n }),
    { status: all },
    { status: 0n },
    { collection: 'Online', status: 0b10000n },
    { status: 0b100000n, trashed: new Date() },
  ]);
  await put(db, films, [{ status: 1n << 40n }]);
  const found = await occurringStatuses(db, press.id);
  expect(found).toEqual([
    { collectionId: inbox, status: all },
    { collectionId: inbox, status: 0n },
    { collectionId: inbox, status: 0b10000n },
    { collectionId: online, status: 0b10000n },
  ]);
  expect(matching(found!, parseMask('01xxxx')).map(({ collectionId }) => collectionId)).toEqual([
    inbox,
    online,
  ]);
  expect(await occurringStatuses(db, press.id, 4)).toHaveLength(4);
  expect(await occurringStatuses(db, press.id, 3)).toBeUndefined();
});

test('none in an empty databox', async () => {
  expect(await occurringStatuses(library.db, library.films.id)).toEqual([]);
});
