import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchiver, sidecar, type Archiver } from './support.ts';

const databox = {
  collections: { photos: { status: '1000000' }, texts: {} },
  fields: [
    { name: 'Title' },
    { name: 'Keywords', multi: true, separators: ';,' },
    { name: 'Secret', readOnly: true },
  ],
};

let archiver: Archiver;
beforeEach(async () => {
  archiver = await openArchiver({ databox });
});
afterEach(() => archiver.close());

describe('archive', () => {
  it('makes a record of each file, keeps its original, and moves it to _archived with its sub-path', async () => {
    archiver.put('a.txt', 'first');
    archiver.put('deep/er/été.txt', 'second');
    const report = await archiver.run();
    expect(report).toMatchObject({
      outcome: 'done',
      changed: true,
      counts: { files: 2, archived: 2, bytes: 11 },
      waiting: [],
    });
    expect(await archiver.records()).toEqual(['photos/a.txt 1000000', 'photos/été.txt 1000000']);
    expect(archiver.files()).toEqual([]);
    expect(archiver.files('archived')).toEqual(['.phrasea.xml', 'a.txt', 'deep/er/été.txt']);
    const hash = createHash('sha256').update('first').digest('hex');
    const original = path.join(archiver.storage, 'originals', hash.slice(0, 2), hash.slice(2, 4), hash);
    expect(readFileSync(original, 'utf8')).toBe('first');
    const [row] = await archiver.query(
      'select kind, mime, bytes, awaits from library.record order by id limit 1',
    );
    expect(row).toEqual({
      kind: 'document',
      mime: 'text/plain',
      bytes: '5',
      awaits: ['renditions', 'metadata', 'index'],
    });
    expect(await archiver.run()).toMatchObject({ outcome: 'idle', counts: { files: 0 }, changed: false });
  });

  it('waits when there is no .phrasea.xml', async () => {
    const mark = path.join(archiver.folders.hotfolder, '.phrasea.xml');
    rmSync(mark);
    archiver.put('a.txt');
    expect(await archiver.run()).toMatchObject({
      outcome: 'waiting',
      note: expect.stringContaining(`no .phrasea.xml at ${mark}`),
    });
    expect(await archiver.poll()).toMatchObject({
      work: false,
      blockedBy: expect.stringContaining(`no .phrasea.xml at ${mark}`),
    });
    expect(archiver.files()).toEqual(['a.txt']);
  });

  it('passes over hidden names and thumbs.db', async () => {
    archiver.put('.hidden');
    archiver.put('.trash/a.txt');
    archiver.put('Thumbs.db');
    expect(await archiver.run()).toMatchObject({ outcome: 'idle', waiting: [] });
    expect(await archiver.poll()).toEqual({ work: false, waiting: [] });
    expect(archiver.files()).toEqual(['.hidden', '.trash/a.txt', 'Thumbs.db']);
  });

  it('lays a sidecar over a file: fields, several values, status; and says which names are no fields', async () => {
    archiver.put('a.jpg');
    archiver.put(
      'a.xml',
      sidecar({ title: 'One', Keywords: ['x; y', 'z,x'], Secret: 's', Colour: 'red' }, '10xxxx'),
    );
    archiver.put('b.jpg');
    archiver.put('b.jpg.XML', sidecar({ Title: ['One', 'Two'] }, '0xxxxxx1'));
    const report = await archiver.run();
    expect(report.counts).toMatchObject({ files: 2, archived: 2, sidecars: 2, unknownFields: 2 });
    expect(await archiver.records()).toEqual([
      'photos/a.jpg 1100000 Keywords=x,Keywords=y,Keywords=z,Title=One',
      'photos/b.jpg 1000000 Title=One; Two',
    ]);
    expect(archiver.traced).toContain('a.jpg: no field of the databox: Secret, Colour');
    expect(archiver.files('archived')).toEqual(['.phrasea.xml', 'a.jpg', 'a.xml', 'b.jpg', 'b.jpg.XML']);
  });

  it('sets the status of the task, the collection and the sidecar', async () => {
    archiver.change({ status: '1xx0000x' });
    archiver.put('a.jpg');
    archiver.put('b.jpg');
    archiver.put('b.xml', sidecar({}, '0xxxxxxx'));
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/a.jpg 11000000', 'photos/b.jpg 1000000']);
  });

  it('refuses a file whose sidecar is no good, with the line, and keeps both', async () => {
    archiver.put('in/a.jpg');
    archiver.put('in/a.xml', '<record>\n<description><Title>x</description></record>');
    archiver.put('in/b.jpg');
    const report = await archiver.run();
    expect(report.counts).toEqual({ files: 1, archived: 1, refused: 2, bytes: 19 });
    expect(archiver.files('refused')).toEqual([
      '.phrasea.xml',
      'in/a.jpg',
      'in/a.jpg.error.json',
      'in/a.xml',
      'in/a.xml.error.json',
    ]);
    expect(archiver.reason('in/a.xml')).toBe(
      'in/a.xml, line 2, column 22: Missing end tag for element Title',
    );
    const letters = await archiver.query('select subject, what, state, kept from regie.incident order by 1');
    expect(letters).toEqual([
      {
        subject: 'in/a.jpg',
        what: 'bad-sidecar',
        state: 'open',
        kept: path.join(archiver.folders.refused, 'in/a.jpg'),
      },
      {
        subject: 'in/a.xml',
        what: 'bad-sidecar',
        state: 'open',
        kept: path.join(archiver.folders.refused, 'in/a.xml'),
      },
    ]);
  });

  it('puts a file that is there already into quarantine, and takes it away all the same', async () => {
    archiver.put('a.txt', 'same');
    archiver.put('b.txt', 'same');
    archiver.put('c.txt', 'other');
    expect((await archiver.run()).counts).toMatchObject({ archived: 2, quarantined: 1 });
    archiver.put('d.txt', 'other');
    expect((await archiver.run()).counts).toMatchObject({ files: 1, quarantined: 1 });
    const rows = await archiver.query(
      'select name, state, reasons, draft from library.quarantine order by id',
    );
    expect(rows).toMatchObject([
      {
        name: 'b.txt',
        state: 'open',
        reasons: [{ check: 'sha256', text: 'record 1 is the same file', record: '1' }],
      },
      {
        name: 'd.txt',
        state: 'open',
        reasons: [{ check: 'sha256', record: '2' }],
        draft: { mime: 'text/plain' },
      },
    ]);
    expect(archiver.files('archived')).toEqual(['.phrasea.xml', 'a.txt', 'b.txt', 'c.txt', 'd.txt']);
    // Of a record in the trash it is none.
    await archiver.query('update library.record set trashed_at = now() where id = 2');
    archiver.put('e.txt', 'other');
    expect((await archiver.run()).counts).toMatchObject({ archived: 1 });
  });

  it('never overwrites: neither in _archived nor in _error', async () => {
    archiver.change({ rules: [{ mask: '\\.txt$' }] });
    for (const n of [1, 2, 3]) {
      archiver.put('a.txt', `content ${n}`);
      archiver.put('a.bin', `content ${n}`);
      await archiver.run();
    }
    expect(archiver.files('archived')).toEqual(['.phrasea.xml', 'a.txt', 'a~1.txt', 'a~2.txt']);
    expect(archiver.files('refused').filter((name) => !name.endsWith('.json'))).toEqual([
      '.phrasea.xml',
      'a.bin',
      'a~1.bin',
      'a~2.bin',
    ]);
    expect(readFileSync(path.join(archiver.folders.archived, 'a~1.txt'), 'utf8')).toBe('content 2');
    const letters = await archiver.query('select subject, attempts, kept from regie.incident');
    expect(letters).toEqual([
      { subject: 'a.bin', attempts: 3, kept: path.join(archiver.folders.refused, 'a~2.bin') },
    ]);
  });

  it('removes archived files when they are not to be kept', async () => {
    archiver.change({ keepArchived: false });
    archiver.put('x/a.txt');
    await archiver.run();
    expect(archiver.files()).toEqual([]);
    expect(archiver.files('archived')).toEqual([]);
  });

  it('leaves refused files where they are when they are not to be kept, and reports them once', async () => {
    archiver.change({ keepRefused: false, rules: [{ mask: '\\.txt$' }] });
    archiver.put('a.bin');
    archiver.put('b.txt');
    expect((await archiver.run()).counts).toMatchObject({ archived: 1, refused: 1 });
    expect(archiver.files()).toEqual(['a.bin']);
    expect(archiver.files('refused')).toEqual([]);
    expect(await archiver.poll()).toMatchObject({ work: false, waiting: [] });
    expect(await archiver.run()).toMatchObject({ outcome: 'idle', counts: { files: 0 } });
    expect(await archiver.query('select subject, attempts from regie.incident')).toEqual([
      { subject: 'a.bin', attempts: 1 },
    ]);
    // Another file of that name is another file.
    archiver.put('a.bin', 'other');
    expect((await archiver.run()).counts).toMatchObject({ refused: 1 });
    // Somebody took it away.
    rmSync(path.join(archiver.folders.hotfolder, 'a.bin'));
    archiver.put('c.txt');
    await archiver.run();
    expect(await archiver.query('select state from regie.incident')).toEqual([{ state: 'resolved' }]);
  });

  it('removes empty folders, but none that says something', async () => {
    archiver.change({ deleteEmptyFolders: true });
    archiver.put('x/y/a.txt');
    archiver.put('z/.phrasea.xml', '');
    archiver.put('z/b.txt');
    await archiver.run();
    expect(archiver.files()).toEqual(['z/.phrasea.xml']);
    expect(archiver.files('archived')).toEqual(['.phrasea.xml', 'x/y/a.txt', 'z/.phrasea.xml', 'z/b.txt']);
  });

  it('says in a rehearsal what it would do, and touches nothing', async () => {
    archiver.change({ rules: [{ mask: '\\.txt$' }] });
    archiver.put('a.txt', 'same');
    archiver.put('b.txt', 'same');
    archiver.put('c.bin');
    const report = await archiver.run({ tmp: true });
    expect(report).toMatchObject({
      counts: { files: 2, archived: 1, quarantined: 1, refused: 1 },
      changed: false,
    });
    expect(archiver.traced).toEqual([
      'a.txt: would go into photos',
      'b.txt: would go into quarantine',
      'c.bin: would be refused: no rule of the task takes a file of this name',
    ]);
    expect(archiver.files()).toEqual(['a.txt', 'b.txt', 'c.bin']);
    for (const table of ['record', 'original', 'quarantine', 'intake', 'hotfolder_file'])
      expect(await archiver.query(`select * from library.${table}`)).toEqual([]);
    expect(archiver.files('archived')).toEqual([]);
  });

  it('stops between two groups, and goes on with the next run', async () => {
    archiver.change({ groupFiles: 2 });
    for (const n of [1, 2, 3, 4, 5]) archiver.put(`${n}.txt`);
    let asked = 0;
    const report = await archiver.run({ shouldStop: () => (asked += 1) > 2 });
    expect(report).toMatchObject({
      outcome: 'stopped',
      counts: { archived: 2 },
      waiting: [{ what: 'files', count: 3 }],
    });
    expect(await archiver.run()).toMatchObject({ outcome: 'done', counts: { archived: 3 } });
  });
});
