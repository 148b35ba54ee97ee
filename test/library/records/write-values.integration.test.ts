import { afterAll, beforeAll, expect, test } from 'vitest';
import { findField, needDatabox, type Databox } from '../../../src/library/model/databox.ts';
import { syncLibrary } from '../../../src/library/model/sync.ts';
import { readRecord } from '../../../src/library/records/read-records.ts';
import { byIds } from '../../../src/library/records/selection.ts';
import { setValues } from '../../../src/library/records/write-values.ts';
import { librarySchema } from '../../../src/library/library-settings.ts';
import { libraryInstallation, type LibraryInstallation } from '../support/library-installation.ts';
import { writeRecords } from '../support/records.ts';

let library: LibraryInstallation;
let photos: Databox;

beforeAll(async () => {
  library = await libraryInstallation();
  await syncLibrary(
    library.db,
    librarySchema.parse({
      databoxes: {
        photos: {
          timezone: 'Indian/Reunion',
          collections: { Intake: {} },
          fields: [
            { name: 'Title' },
            { name: 'Keywords', multi: true },
            { name: 'Expires', type: 'date' },
            { name: 'Height', type: 'number' },
          ],
        },
      },
    }),
  );
  photos = await needDatabox(library.db, 'photos');
});
afterAll(() => library.close());

const set = (ids: string[], values: Record<string, string[]>) =>
  setValues(
    library.db,
    photos,
    byIds(ids),
    Object.entries(values).map(([name, texts]) => ({ field: findField(photos, name)!, values: texts })),
    { by: 'me@here' },
  );

test('writes values of all types, more and fewer of them, and nothing where nothing changes', async () => {
  const ids = await writeRecords(library.db, photos, [{ collection: 'Intake' }, { collection: 'Intake' }]);
  const values = {
    Title: ['Lake'],
    Keywords: ['a', 'b', 'c'],
    Expires: ['2026-06-11T13:10:00Z'],
    Height: ['3070'],
  };
  expect(await set(ids, values)).toBe(2);
  expect(await set(ids, values)).toBe(0);
  expect(await set([ids[0]!], { Keywords: ['c'], Title: [] })).toBe(1);
  const [first, second] = [await readRecord(library.db, ids[0]!), await readRecord(library.db, ids[1]!)];
  expect(first?.values).toEqual([
    { field: 'Keywords', type: 'text', texts: ['c'] },
    { field: 'Expires', type: 'date', texts: ['2026-06-11T13:10:00Z'] },
    { field: 'Height', type: 'number', texts: ['3070'] },
  ]);
  expect(second?.values.map(({ texts }) => texts)).toEqual([
    ['Lake'],
    ['a', 'b', 'c'],
    ['2026-06-11T13:10:00Z'],
    ['3070'],
  ]);
  expect(first?.awaits).toEqual(['index', 'metadata']);
  expect(first?.events.map(({ what, by, before, after }) => ({ what, by, before, after }))).toEqual([
    {
      what: 'fields',
      by: 'me@here',
      before: { Title: [], Keywords: [], Expires: [], Height: [] },
      after: values,
    },
    {
      what: 'fields',
      by: 'me@here',
      before: { Title: ['Lake'], Keywords: ['a', 'b', 'c'] },
      after: { Title: [], Keywords: ['c'] },
    },
  ]);
  const typed = await library.db.query<{ number: number; date: string }>(
    'select max(number) as number, max(date)::text as date from library.value where record_id = $1',
    [ids[1]],
  );
  expect(typed.rows).toEqual([{ number: 3070, date: '2026-06-11 17:10:00' }]);
});
