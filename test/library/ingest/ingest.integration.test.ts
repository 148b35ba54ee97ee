import path from 'node:path';
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ingest } from '../../../src/library/ingest/ingest.ts';
import { writeJpeg } from '../support/pictures.ts';
import { openLibrary, type TestLibrary } from './support.ts';

const UUID = '0218bc43-8303-4982-9f16-34dc55d2236c';

describe('ingest', () => {
  let library: TestLibrary;
  beforeAll(async () => {
    library = await openLibrary({
      collections: { photos: {} },
      fields: [{ name: 'Title', source: 'XMP-dc:Title', required: true }],
    });
  });
  afterAll(() => library.close());
  afterEach(() => library.query('truncate library.record, library.quarantine, library.event cascade'));

  const arrival = (file: string, more: object = {}) => ({
    file,
    name: path.basename(file),
    collection: library.collection,
    ...more,
  });
  const photo = async (name: string, ...tags: string[]) =>
    arrival(await writeJpeg(library.put(name, ''), ['-XMP-dc:Title=T', ...tags]));

  it('gives each file its disposition, and writes the rows of the caller with them', async () => {
    const files = [
      await photo('a.jpg', `-XMP-exif:ImageUniqueID=${UUID}`),
      await photo('b.jpg', `-IPTC:UniqueDocumentID=${UUID}`),
      arrival(library.put('c.txt', 'no title')),
      arrival(path.join(library.root, 'missing.jpg')),
    ];
    let seen = 0;
    const dispositions = await ingest(
      library.db,
      library,
      files,
      { by: 'me@here' },
      async (all, prepared) => {
        seen = all.length;
        expect(prepared.map((each) => each?.facts.kind)).toEqual(['image', 'image', 'document', undefined]);
      },
    );
    expect(seen).toBe(4);
    expect(dispositions).toMatchObject([
      { what: 'record' },
      {
        what: 'quarantine',
        reasons: [{ check: 'uuid', record: (dispositions[0] as { record: string }).record }],
      },
      {
        what: 'quarantine',
        reasons: [{ check: 'required', text: 'it has no value for Title, which every record needs' }],
      },
      { what: 'failed', error: { code: 'ENOENT' } },
    ]);
    const events = await library.query('select what, by from library.event');
    expect(events).toEqual([{ what: 'created', by: 'me@here' }]);
    const drafts = await library.query('select name, by, draft from library.quarantine order by id');
    expect(drafts).toMatchObject([
      {
        name: 'b.jpg',
        by: 'me@here',
        draft: { uuid: UUID, kind: 'image', status: '0', values: [{ field: 'Title', values: ['T'] }] },
      },
      { name: 'c.txt' },
    ]);
  });

  it('writes nothing when the caller fails', async () => {
    const files = [await photo('a.jpg')];
    const failing = ingest(library.db, library, files, {}, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await library.query('select * from library.record')).toEqual([]);
  });

  it('two that take in the same file at once make one record of it', async () => {
    const file = await photo('a.jpg');
    const other = await library.pool.connect();
    const dispositions = await Promise.all([
      ingest(library.db, library, [file], {}),
      ingest(other, library, [file], {}),
    ]);
    other.release();
    expect(
      dispositions
        .flat()
        .map(({ what }) => what)
        .sort(),
    ).toEqual(['quarantine', 'record']);
  });

  it('fails when an original is discarded meanwhile, and the next try keeps it again', async () => {
    const file = await photo('a.jpg');
    const forgetful = {
      ...library,
      store: { keep: library.store.keep.bind(library.store), has: () => false },
    };
    await expect(ingest(library.db, forgetful, [file], {})).rejects.toThrow(
      'was discarded while it was taken in',
    );
    expect(await library.query('select * from library.record')).toEqual([]);
    expect(await ingest(library.db, library, [file], {})).toMatchObject([{ what: 'record' }]);
  });

  it('reads a file under its own extension, whatever it is stored as, and names with line breaks', async () => {
    const text = library.put('upload-1', '{"a": 1}');
    const odd = await writeJpeg(library.put('b.jpg', ''), ['-XMP-dc:Title=Odd']);
    const described = { values: new Map([['Title', ['T']]]) };
    await ingest(
      library.db,
      library,
      [
        arrival(text, { name: 'data.json', description: described }),
        arrival(odd, { name: 'line\nbreak.jpg' }),
      ],
      {},
    );
    expect(
      await library.query(
        'select r.name, mime, v.text from library.record r join library.value v on v.record_id = r.id order by r.id',
      ),
    ).toEqual([
      { name: 'data.json', mime: 'application/json', text: 'T' },
      { name: 'line\nbreak.jpg', mime: 'image/jpeg', text: 'Odd' },
    ]);
  });

  it('without what is embedded only types are found out', async () => {
    const plain = { ...library, embedded: false };
    const files = [await photo('a.jpg', `-XMP-exif:ImageUniqueID=${UUID}`)];
    const dispositions = await ingest(library.db, plain, files, {});
    expect(dispositions).toMatchObject([{ what: 'quarantine', reasons: [{ check: 'required' }] }]);
    const [row] = await library.query<{ draft: object }>('select draft from library.quarantine');
    expect(row!.draft).toMatchObject({ mime: 'image/jpeg', values: [] });
    expect(row!.draft).not.toHaveProperty('uuid');
  });

  it('makes the checks that it is given', async () => {
    const checking = { ...library, checks: { dimensions: { minWidth: 100 }, extensions: ['png'] } };
    const dispositions = await ingest(library.db, checking, [await photo('a.jpg')], {});
    expect(dispositions).toMatchObject([
      {
        reasons: [
          { check: 'extension' },
          { check: 'dimensions', text: 'it is 16 pixels wide; expected at least 100' },
        ],
      },
    ]);
    rmSync(path.join(library.root, 'files'), { recursive: true });
  });
});
