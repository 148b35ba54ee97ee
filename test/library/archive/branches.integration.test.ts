import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchiver, type Archiver } from './support.ts';

let archiver: Archiver;
beforeEach(async () => {
  archiver = await openArchiver();
});
afterEach(() => archiver.close());

const letters = () =>
  archiver.query<{ subject: string; state: string }>(
    'select subject, what, state, reason from regie.incident order by id',
  );

describe('.phrasea.xml of a branch', () => {
  it('sends the files of the branch to another collection', async () => {
    archiver.put('a.txt');
    archiver.put('in/.phrasea.xml', '<phrasea collection="Texts"/>');
    archiver.put('in/b.txt');
    archiver.put('in/deep/c.txt');
    archiver.put('in/deep/back/.phrasea.xml', '<any collection="photos"/>');
    archiver.put('in/deep/back/d.txt');
    archiver.put('out/.phrasea.xml', '  ');
    archiver.put('out/e.txt');
    await archiver.run();
    expect(await archiver.records()).toEqual([
      'photos/a.txt',
      'texts/b.txt',
      'photos/d.txt',
      'texts/c.txt',
      'photos/e.txt',
    ]);
    expect(archiver.files('archived')).toContain('in/deep/back/.phrasea.xml');
  });

  it.each([
    [
      '<p collection="nowhere"/>',
      'There is no collection "nowhere" in press. Expected one of photos, texts.',
    ],
    ['<p collection="texts">', 'in/.phrasea.xml, line 1, column 23: Missing end tag for element p'],
    ['<p><magicfile method="KEY">a</magicfile></p>', 'line 1, column 4: <magicfile> has the method "key"'],
    [
      '<p><magicfile method="LOCK">../a</magicfile></p>',
      '<magicfile> names "../a"; expected the name of a file in this folder',
    ],
    ['<p><magicfile method="UNLOCK">..</magicfile></p>', '<magicfile> names ".."'],
    [
      '<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]><p collection="&e;"/>',
      "Named entity isn't defined",
    ],
  ])('refuses the branch with %s, and keeps it until that is mended', async (text, reason) => {
    archiver.put('a.txt');
    archiver.put('in/.phrasea.xml', text);
    archiver.put('in/b.txt');
    archiver.put('in/deep/c.txt');
    const report = await archiver.run();
    expect(report).toMatchObject({
      outcome: 'done',
      counts: { archived: 1 },
      waiting: [{ what: 'files', count: 2 }],
    });
    expect(archiver.files()).toEqual(['in/.phrasea.xml', 'in/b.txt', 'in/deep/c.txt']);
    expect(await letters()).toEqual([
      {
        subject: 'in/.phrasea.xml',
        what: 'branch',
        state: 'open',
        reason: expect.stringContaining(reason) as string,
      },
    ]);
    expect(await archiver.poll()).toMatchObject({ work: false });
    await archiver.run();
    expect(await letters()).toHaveLength(1);

    archiver.put('in/.phrasea.xml', '<p collection="texts"/>');
    expect(await archiver.poll()).toMatchObject({ work: true });
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/a.txt', 'texts/b.txt', 'texts/c.txt']);
    expect((await letters()).map(({ state }) => state)).toEqual(['resolved']);
  });

  it('holds up everything when that of the root is no good', async () => {
    archiver.put('.phrasea.xml', '<p');
    archiver.put('a.txt');
    const note = expect.stringContaining('.phrasea.xml, line 1, column 3') as string;
    expect(await archiver.run()).toMatchObject({ outcome: 'waiting', note, waiting: [{ count: 1 }] });
    expect(await archiver.poll()).toMatchObject({ work: false, blockedBy: note });
  });
});

describe('magic files', () => {
  it('LOCK: passes over the branch while the file exists', async () => {
    archiver.put('in/.phrasea.xml', '<p><magicfile method="LOCK">busy.flag</magicfile></p>');
    const flag = archiver.put('in/busy.flag', '');
    archiver.put('in/a.txt');
    archiver.put('in/deep/b.txt');
    expect(await archiver.run()).toMatchObject({ outcome: 'idle', waiting: [{ count: 2 }] });
    expect(await archiver.poll()).toMatchObject({ work: false });
    expect(archiver.traced).toContain('in: busy.flag is there, and locks it');
    rmSync(flag);
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/a.txt', 'photos/b.txt']);
  });

  it('UNLOCK: passes over the branch until the file exists; the file is no record', async () => {
    archiver.put(
      'in/.phrasea.xml',
      '<p><magicfile method="UNLOCK">.done</magicfile><magicfile method="unlock">ok</magicfile></p>',
    );
    archiver.put('in/a.txt');
    archiver.put('in/ok', '');
    await archiver.run();
    expect(await archiver.records()).toEqual([]);
    archiver.put('in/.done', '');
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/a.txt']);
    expect(archiver.files()).toEqual(['in/.done', 'in/.phrasea.xml', 'in/ok']);
  });

  it('says what locks the whole hotfolder', async () => {
    archiver.put('.phrasea.xml', '<p><magicfile method="UNLOCK">go</magicfile></p>');
    archiver.put('a.txt');
    const note = `the hotfolder ${archiver.folders.hotfolder}: it is locked until go is there`;
    expect(await archiver.run()).toMatchObject({ outcome: 'waiting', note });
    expect(await archiver.poll()).toMatchObject({ work: false, blockedBy: note });
  });
});

describe('special files', () => {
  it('are copied along to where the files of their folders go, and never over another', async () => {
    archiver.change({ rules: [{ mask: 'txt$' }] });
    archiver.put('in/.phrasea.xml', '<p collection="texts"/>');
    archiver.put('in/a.txt');
    archiver.put('in/b.bin');
    await archiver.run();
    archiver.put('in/.phrasea.xml', '<p collection="photos"/>');
    archiver.put('in/c.txt');
    await archiver.run();
    archiver.put('in/d.txt');
    await archiver.run();
    expect(archiver.files('archived')).toEqual([
      '.phrasea.xml',
      'in/.phrasea.xml',
      'in/.phrasea~1.xml',
      'in/a.txt',
      'in/c.txt',
      'in/d.txt',
    ]);
    expect(readFileSync(path.join(archiver.folders.archived, 'in/.phrasea.xml'), 'utf8')).toContain('texts');
    expect(archiver.files('refused')).toContain('in/.phrasea.xml');
  });

  it('stay alone when they are not to be copied', async () => {
    archiver.change({ copySpecial: false });
    archiver.put('a.txt');
    await archiver.run();
    expect(archiver.files('archived')).toEqual(['a.txt']);
    writeFileSync(path.join(archiver.folders.hotfolder, '.phrasea.xml'), '');
  });
});
