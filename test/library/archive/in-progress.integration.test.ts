import { existsSync, renameSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchiver, type Archiver } from './support.ts';

let archiver: Archiver;
beforeEach(async () => {
  archiver = await openArchiver({ settings: { stableFor: 0, deleteEmptyFolders: true } });
});
afterEach(() => archiver.close());

describe('names of work in progress in a hotfolder', () => {
  it('are left alone, and taken when they have got their own', async () => {
    // The first run makes the databox.
    await archiver.run();
    const part = archiver.put('a.jpg.part');
    archiver.put('.in.b.jpg.');
    archiver.put('upload.tmp/c.jpg');
    symlinkSync(part, path.join(archiver.folders.hotfolder, 'link.crdownload'));
    // The one that is hidden is none of anybody's business.
    const waiting = [{ what: 'files in progress', count: 3 }];
    expect(await archiver.poll()).toEqual({ work: false, waiting });
    expect(await archiver.run()).toMatchObject({ outcome: 'idle', waiting });
    expect(archiver.files()).toEqual(['.in.b.jpg.', 'a.jpg.part', 'link.crdownload', 'upload.tmp/c.jpg']);
    renameSync(part, path.join(archiver.folders.hotfolder, 'a.jpg'));
    expect(await archiver.poll()).toMatchObject({ work: true });
    expect(await archiver.run()).toMatchObject({ outcome: 'done', counts: { archived: 1 } });
    expect(await archiver.records()).toEqual(['photos/a.jpg']);
    expect(await archiver.query('select what from regie.incident')).toEqual([]);
  });

  it('a folder of them is not removed while it is empty', async () => {
    const file = archiver.put('upload.tmp/c.jpg');
    renameSync(file, path.join(archiver.folders.hotfolder, 'c.jpg'));
    await archiver.run();
    expect(existsSync(path.dirname(file))).toBe(true);
  });

  it('lock a branch as they did, and files that mean something are read', async () => {
    archiver.put(
      'in/.phrasea.xml',
      '<p collection="texts"><magicfile method="LOCK">busy.tmp</magicfile></p>',
    );
    const lock = archiver.put('in/busy.tmp');
    archiver.put('in/a.jpg');
    await archiver.run();
    expect(await archiver.records()).toEqual([]);
    renameSync(lock, path.join(archiver.root, 'busy.tmp'));
    await archiver.run();
    expect(await archiver.records()).toEqual(['texts/a.jpg']);
  });

  it('are taken when the task says so', async () => {
    archiver.put('a.part');
    archiver.put('b.busy');
    archiver.change({ inProgress: ['*.busy'] });
    expect(await archiver.run()).toMatchObject({ counts: { archived: 1 } });
    archiver.change({ inProgress: [] });
    expect(await archiver.run()).toMatchObject({ counts: { archived: 1 }, waiting: [] });
    expect(await archiver.records()).toEqual(['photos/a.part', 'photos/b.busy']);
  });
});
