import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findCollection, needDatabox, type Databox } from '../../../src/library/model/databox.ts';
import { syncLibrary } from '../../../src/library/model/sync.ts';
import { findUnreferenced, releaseOriginals } from '../../../src/library/originals/release.ts';
import { OriginalStore } from '../../../src/library/originals/store.ts';
import {
  changeRecords,
  deleteRecords,
  restoreRecords,
  trashRecords,
} from '../../../src/library/records/change-records.ts';
import { byIds } from '../../../src/library/records/selection.ts';
import { librarySchema } from '../../../src/library/library-settings.ts';
import { fromDatabase, parseMask } from '../../../src/library/status/mask.ts';
import { libraryInstallation, type LibraryInstallation } from '../support/library-installation.ts';
import { writeRecords } from '../support/records.ts';

let library: LibraryInstallation;
let photos: Databox;
let films: Databox;

beforeAll(async () => {
  library = await libraryInstallation();
  await syncLibrary(
    library.db,
    librarySchema.parse({
      databoxes: {
        photos: { collections: { Intake: {}, Done: {} } },
        films: { collections: { Intake: {} } },
      },
    }),
  );
  photos = await needDatabox(library.db, 'photos');
  films = await needDatabox(library.db, 'films');
});
afterAll(() => library.close());

const who = { task: 'move', run: 'run/move-1' };

async function eventsOf(ids: readonly string[]): Promise<unknown[]> {
  const { rows } = await library.db.query(
    'select record_id as id, what, task, by, before, after from library.event where record_id = any($1) order by record_id, what',
    [ids],
  );
  return rows;
}

test('moves and marks many records at once; each change is an event, what is so already stays', async () => {
  const { db } = library;
  const ids = await writeRecords(db, photos, [
    { collection: 'Intake', status: 0b10000000n },
    { collection: 'Done', status: 0b10010000n },
    { collection: 'Done', status: 0b10000000n },
    { collection: 'Intake', trashed: true },
  ]);
  const change = { collection: findCollection(photos, 'done')!, status: parseMask('xx1xxxx') };
  expect(await changeRecords(db, photos, byIds(ids), change, who)).toEqual({
    records: 2,
    moved: 1,
    status: 2,
  });
  const { rows } = await db.query<{ status: string; name: string }>(
    'select r.status, c.name from library.record r join library.collection c on c.id = collection_id where r.id = any($1) order by r.id',
    [ids],
  );
  expect(rows.map(({ status, name }) => [fromDatabase(status).toString(2), name])).toEqual([
    ['10010000', 'Done'],
    ['10010000', 'Done'],
    ['10010000', 'Done'],
    ['0', 'Intake'],
  ]);
  const own = { task: 'move', by: null };
  expect(await eventsOf(ids)).toEqual([
    { ...own, id: ids[0], what: 'moved', before: { collection: 'Intake' }, after: { collection: 'Done' } },
    { ...own, id: ids[0], what: 'status', before: { status: '10000000' }, after: { status: '10010000' } },
    { ...own, id: ids[2], what: 'status', before: { status: '10000000' }, after: { status: '10010000' } },
  ]);
  expect(await changeRecords(db, photos, byIds(ids), change, who)).toEqual({
    records: 0,
    moved: 0,
    status: 0,
  });
});

test('all 64 bits can be set and cleared', async () => {
  const { db } = library;
  const ids = await writeRecords(db, photos, [{ collection: 'Intake' }]);
  const read = async () => {
    const { rows } = await db.query<{ status: string }>(
      'select status from library.record where id = $1',
      ids,
    );
    return fromDatabase(rows[0]!.status);
  };
  await changeRecords(db, photos, byIds(ids), { status: parseMask('1'.repeat(64)) }, who);
  expect(await read()).toBe(2n ** 64n - 1n);
  await changeRecords(db, photos, byIds(ids), { status: parseMask(`0${'x'.repeat(63)}`) }, who);
  expect(await read()).toBe(2n ** 63n - 1n);
});

test('records of another databox are not touched', async () => {
  const ids = await writeRecords(library.db, films, [{ collection: 'Intake' }]);
  const change = { collection: findCollection(photos, 'Done')!, status: parseMask('1') };
  expect(await changeRecords(library.db, photos, byIds(ids), change, who)).toMatchObject({ records: 0 });
  expect(await trashRecords(library.db, photos, byIds(ids), who)).toBe(0);
  expect(await deleteRecords(library.db, photos, byIds(ids), who)).toEqual({ records: 0, originals: [] });
});

test('the trash takes and gives back, each once', async () => {
  const ids = await writeRecords(library.db, photos, [{ collection: 'Intake' }, { collection: 'Intake' }]);
  expect(await trashRecords(library.db, photos, byIds([ids[0]!]), who)).toBe(1);
  expect(await trashRecords(library.db, photos, byIds(ids), who)).toBe(1);
  expect(await restoreRecords(library.db, photos, byIds(ids), who)).toBe(2);
  expect(await restoreRecords(library.db, photos, byIds(ids), who)).toBe(0);
});

test('a deleted record leaves its last event; its original goes when nothing else needs it', async () => {
  const { db, root } = library;
  const store = new OriginalStore(path.join(root, 'storage'));
  const keep = (content: string) => {
    const hash = createHash('sha256').update(content).digest('hex');
    mkdirSync(path.dirname(store.pathOf(hash)), { recursive: true });
    writeFileSync(store.pathOf(hash), content);
    return hash;
  };
  const shared = keep('shared');
  const own = keep('own');
  const ids = await writeRecords(db, photos, [
    { collection: 'Intake', content: 'shared', status: 0b10000n },
    { collection: 'Intake', content: 'shared' },
    { collection: 'Intake', content: 'own', trashed: true },
  ]);
  const [story] = await writeRecords(db, photos, [{ collection: 'Intake', type: 'story' }]);
  await db.query('insert into library.story_member (story_id, record_id, position) values ($1, $2, 0)', [
    story,
    ids[1],
  ]);

  const gone = await deleteRecords(db, photos, byIds([ids[0]!, ids[2]!, story!]), { by: 'me@here' });
  expect(gone).toEqual({ records: 3, originals: expect.arrayContaining([shared, own]) });
  expect(await findUnreferenced(db, new Date(Date.now() + 1_000))).toContain(own);
  expect(await releaseOriginals(db, store, gone.originals)).toBe(1);
  expect([store.has(shared), store.has(own)]).toEqual([true, false]);
  expect(await releaseOriginals(db, store, gone.originals)).toBe(0);

  const { rows } = await db.query('select id from library.record where id = any($1)', [ids]);
  expect(rows).toEqual([{ id: ids[1] }]);
  expect(await eventsOf([ids[0]!])).toEqual([
    {
      id: ids[0],
      what: 'deleted',
      task: null,
      by: 'me@here',
      before: expect.objectContaining({
        collection: 'Intake',
        sha256: shared,
        status: '10000',
        name: 'a.jpg',
      }),
      after: null,
    },
  ]);
});
