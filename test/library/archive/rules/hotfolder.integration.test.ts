import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchiver, sidecar, type Archiver } from '../support.ts';

let archiver: Archiver;
beforeEach(async () => {
  archiver = await openArchiver({
    databox: { fields: [{ name: 'Title' }] },
    settings: { rules: [{ mask: '^(.+)\\.jpg$', caption: '$1.desc' }, { mask: '\\.png$' }], sidecarWait: 0 },
  });
});
afterEach(() => archiver.close());

describe('a hotfolder with rules', () => {
  it('takes what matches, refuses what does not, and makes no record of a description', async () => {
    archiver.put('a.jpg');
    archiver.put('a.desc', sidecar({ Title: 'A' }));
    archiver.put('b.png');
    archiver.put('b.desc', sidecar({ Title: 'B' }));
    archiver.put('c.gif');
    archiver.put('d.xml', sidecar({ Title: 'D' }));
    const report = await archiver.run();
    expect(report.counts).toMatchObject({ archived: 2, sidecars: 1, refused: 3 });
    expect(await archiver.records()).toEqual(['photos/a.jpg Title=A', 'photos/b.png']);
    expect(archiver.reason('b.desc')).toBe('no rule of the task takes a file of this name');
    expect(archiver.reason('d.xml')).toContain('describes no file that is here');
  });

  it('lets a description wait for its file', async () => {
    archiver.change({ rules: [], sidecarWait: '1h' });
    archiver.put('a.xml', sidecar({ Title: 'A' }));
    archiver.put('other.xml', '<html/>');
    const report = await archiver.run();
    // Another XML file is a file like any other.
    expect(report).toMatchObject({ counts: { archived: 1 }, waiting: [{ count: 1 }] });
    expect(archiver.files()).toEqual(['a.xml']);
    archiver.put('a.jpg');
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/other.xml', 'photos/a.jpg Title=A']);
    archiver.change({ rules: [], sidecarWait: 0 });
    archiver.put('b.xml', sidecar({ Title: 'B' }));
    expect((await archiver.run()).counts).toMatchObject({ refused: 1 });
  });

  it('takes files that share a description together', async () => {
    archiver.change({ rules: [{ mask: '^(.+)\\.(jpg|tif)$', caption: '$1.xml' }] });
    archiver.put('a.jpg', 'one');
    archiver.put('a.tif', 'two');
    archiver.put('a.xml', sidecar({ Title: 'A' }));
    expect((await archiver.run()).counts).toMatchObject({ archived: 2, sidecars: 1 });
    expect(await archiver.records()).toEqual(['photos/a.jpg Title=A', 'photos/a.tif Title=A']);
    expect(archiver.files()).toEqual([]);
  });
});
