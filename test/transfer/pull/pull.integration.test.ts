import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findFtpServer, type FtpServer } from '../support/ftp-servers.ts';
import { below } from './below.ts';
import { openPuller, type Puller } from './puller.ts';

const variants = [
  { name: 'vsftpd, which lists by LIST', product: 'vsftpd', list: 'list' },
  { name: 'proftpd, by MLSD', product: 'proftpd', list: 'mlsd' },
  { name: 'proftpd, by LIST', product: 'proftpd', list: 'list' },
] as const;

const products = { vsftpd: await findFtpServer('vsftpd'), proftpd: await findFtpServer('proftpd') };

for (const { name, product, list } of variants) {
  const found = products[product];
  describe.skipIf('missing' in found)(`a pull from ${name}`, () => {
    let server: FtpServer;
    let puller: Puller;
    const open = async (settings: Record<string, unknown> = {}) => {
      puller = await openPuller(server, { list, ...settings });
      return puller;
    };

    beforeAll(async () => {
      if (!('missing' in found)) server = await found.start();
    });
    afterAll(() => server?.remove());
    afterEach(async () => {
      await puller?.close();
      for (const name of below(server.folder)) rmSync(path.join(server.folder, name));
    });

    it('brings every file once, with those of subfolders, and deletes it there', async () => {
      const sent = Object.fromEntries(
        Array.from({ length: 300 }, (_, n) => [
          `${n % 3 === 0 ? 'a/b/' : ''}${n}.txt`,
          `content ${n}`.repeat(n),
        ]),
      );
      for (const [name, content] of Object.entries(sent)) server.write(name, content);
      const { run, files, parts, query } = await open();
      const report = await run();
      expect(report).toMatchObject({
        outcome: 'done',
        changed: true,
        counts: { listed: 300, fetched: 300, deleted: 300, known: 0, refused: 0, growing: 0, failed: 0 },
        waiting: [],
      });
      expect(report.counts['bytes']).toBe(Object.values(sent).join('').length);
      expect(files()).toEqual(sent);
      expect(puller.changes).toBeGreaterThan(0);
      expect(below(server.folder)).toEqual([]);
      expect(parts()).toEqual([]);
      expect(await query('select * from transfer.remote_file')).toEqual([]);
      expect(await run()).toMatchObject({ outcome: 'idle', changed: false });
    });

    it('leaves files there when it is told to, and brings only what changes', async () => {
      server.write('same.txt', 'same');
      server.write('other.txt', 'first');
      const { run, files } = await open({ deleteRemote: false });
      expect(await run()).toMatchObject({ counts: { fetched: 2, deleted: 0 } });
      expect(await run()).toMatchObject({ outcome: 'idle', counts: { listed: 2, fetched: 0 } });
      const file = server.write('other.txt', 'second');
      utimesSync(file, 1_800_000_000, 1_800_000_000);
      expect(await run()).toMatchObject({ counts: { fetched: 1 } });
      expect(await run()).toMatchObject({ outcome: 'idle' });
      expect(files()).toEqual({ 'same.txt': 'same', 'other.txt': 'first', 'other~1.txt': 'second' });
    });

    it('does not bring a file again that was taken out of the local folder', async () => {
      server.write('day.txt', 'content');
      const { run, files, folders } = await open({ deleteRemote: false });
      await run();
      rmSync(path.join(folders.local, 'day.txt'));
      expect(await run()).toMatchObject({ outcome: 'idle' });
      expect(files()).toEqual({});
    });

    it('keeps the time of a file', async () => {
      const file = server.write('old.txt', 'old');
      utimesSync(file, 1_500_000_000, 1_500_000_000);
      const { run, folders } = await open();
      await run();
      expect(statSync(path.join(folders.local, 'old.txt')).mtimeMs).toBe(1_500_000_000_000);
    });

    it('never overwrites: other content gets another name, the same is known', async () => {
      server.write('known.txt', 'same');
      server.write('sub/other.txt', 'from there');
      server.write('longer.txt', 'longer than here');
      const { run, files, put, parts } = await open();
      put('known.txt', 'same');
      put('sub/other.txt', 'from here!');
      put('sub/other~1.txt', 'also here');
      put('longer.txt', 'here');
      expect(await run()).toMatchObject({ counts: { fetched: 2, known: 1, deleted: 3 } });
      expect(files()).toEqual({
        'known.txt': 'same',
        'sub/other.txt': 'from here!',
        'sub/other~1.txt': 'also here',
        'sub/other~2.txt': 'from there',
        'longer.txt': 'here',
        'longer~1.txt': 'longer than here',
      });
      expect(below(server.folder)).toEqual([]);
      expect(parts()).toEqual([]);
    });

    it('brings files whatever their names are, as long as they are safe', async () => {
      const names = [
        'with space.txt',
        ' leading space',
        'trailing space ',
        'it\'s "quoted".txt',
        'éàü çŒ.txt',
        '写真.txt',
        '-rf',
        '.phrasea.xml',
        '[a]*?{b}.txt',
        'folder [1]*/x;y=z; w.txt',
        '100%25.txt',
        '~user',
        `${'n'.repeat(200)}.txt`,
        'é'.repeat(127),
      ];
      for (const name of names) server.write(name, name);
      const { run, files } = await open();
      expect(await run()).toMatchObject({ counts: { fetched: names.length, refused: 0, failed: 0 } });
      expect(Object.keys(files()).sort()).toEqual([...names].sort());
      for (const name of names)
        expect(readFileSync(path.join(puller.folders.local, name), 'utf8')).toBe(name);
    });

    it('says what it would bring in a rehearsal, and touches nothing', async () => {
      server.write('a.txt', 'content');
      const { run, query, traced, root } = await open();
      expect(await run({ tmp: true })).toMatchObject({
        changed: false,
        counts: { listed: 1, candidates: 1, bytes: 7 },
      });
      expect(traced).toContain('a.txt: would be fetched, 7 bytes');
      expect(below(server.folder)).toEqual(['a.txt']);
      expect(below(root)).toEqual([]);
      expect(await query('select * from transfer.source')).toEqual([]);
    });

    it('takes only the files that the masks want', async () => {
      for (const name of ['a.jpg', 'a.bak', 'sub/b.jpg', 'sub/c.txt', 'drafts/d.jpg'])
        server.write(name, name);
      const { run, files } = await open({ include: ['*.jpg', '*.txt'], exclude: ['drafts/**', 'sub/c.*'] });
      await run();
      expect(Object.keys(files())).toEqual(['a.jpg', 'sub/b.jpg']);
      expect(below(server.folder)).toEqual(['a.bak', 'drafts/d.jpg', 'sub/c.txt']);
    });

    it('brings an empty file', async () => {
      server.write('empty', '');
      const { run, files } = await open();
      await run();
      expect(files()).toEqual({ empty: '' });
    });

    it('stops between two files', async () => {
      const names = Array.from({ length: 800 }, (_, n) => `${n}`);
      for (const name of names) writeFileSync(path.join(server.folder, name), name);
      server.adopt();
      const { run, files } = await open({ connections: 1 });
      let asked = 0;
      const report = await run({ shouldStop: () => (asked += 1) > 2 });
      expect(report.outcome).toBe('stopped');
      const left = below(server.folder);
      expect(left.length).toBeGreaterThan(0);
      expect(Object.keys(files()).length).toBeGreaterThan(0);
      expect([...left, ...Object.keys(files())].sort()).toEqual(names.sort());
      expect(report.waiting).toMatchObject([{ what: 'files', count: left.length }]);
      expect(await run()).toMatchObject({ outcome: 'done' });
      expect(Object.keys(files()).sort()).toEqual(names);
    });
  });
}
