import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { below } from './below.ts';
import { fact, HostileServer, type Behaviour } from './hostile-server.ts';
import { openPuller, type Puller } from './puller.ts';

let server: HostileServer;
let puller: Puller;
afterEach(async () => {
  await puller.close();
  await server.stop();
});

async function pullFrom(behaviour: Behaviour, settings: Record<string, unknown> = {}): Promise<Puller> {
  server = await HostileServer.start(behaviour);
  puller = await openPuller(undefined, { ...server.settings, ...settings });
  return puller;
}

const root = (text: string) => ({ list: (folder: string) => (folder === '/' ? text : '') });

/** Everything below the installation but the local folder: nothing may appear there. */
const outside = () =>
  below(puller.root).filter(
    (name) => !name.startsWith('hot/') && !/^\.hot\.regie-pull\/source-\d+$/.test(name),
  );

describe('names that lead out of the local folder', () => {
  it.each([
    '..',
    '../evil',
    '../../evil',
    '/etc/evil',
    'a/../../evil',
    'a\\..\\..\\evil',
    '..\\evil',
    'C:\\evil',
    'nul\0evil',
    'bell\u0007',
    'delete\u007f',
    'next\u0085line',
    'n'.repeat(256),
    'é'.repeat(128),
  ])('MLSD shows %j: refused, and the others come', async (name) => {
    const { run, files, traced, query } = await pullFrom(root(fact('before') + fact(name) + fact('behind')));
    const report = await run();
    expect(report).toMatchObject({ outcome: 'done', counts: { fetched: 2, refused: 1, failed: 0 } });
    expect(report.note).toMatch(/^refused /);
    expect(files()).toEqual({ before: 'content', behind: 'content' });
    expect(outside()).toEqual([]);
    expect(server.commands.filter((line) => /^(RETR|DELE)/.test(line)).sort()).toEqual([
      'DELE /before',
      'DELE /behind',
      'RETR /before',
      'RETR /behind',
    ]);
    // Told once, counted each time.
    expect(traced.filter((line) => line.startsWith('refused'))).toHaveLength(1);
    const again = await run();
    expect(again.counts).toMatchObject({ refused: 1 });
    expect(again.note).toBeUndefined();
    expect(traced.filter((line) => line.startsWith('refused'))).toHaveLength(1);
    expect(await query('select what, state, attempts from regie.incident')).toEqual([
      { what: 'unsafe-name', state: 'open', attempts: 1 },
    ]);
  });

  it('a refused name that is to be tried again is refused again', async () => {
    const { run, query } = await pullFrom(root(fact('a\\b')));
    await run();
    await query("update regie.incident set state = 'retrying', not_before = null");
    await run();
    expect(await query('select state, attempts from regie.incident')).toEqual([
      { state: 'open', attempts: 2 },
    ]);
    await query("update regie.incident set state = 'resolved', muted = true");
    expect(await run()).toMatchObject({ counts: { refused: 1 } });
    expect(await query('select state from regie.incident')).toEqual([{ state: 'resolved' }]);
  });

  it('LIST shows them: refused, and the others come', async () => {
    const line = (name: string) => `-rw-r--r--   1 a  b   7 Jan 02 03:04 ${name}\r\n`;
    const { run, files } = await pullFrom({
      features: [],
      list: () => `total 4\r\n${['../evil', '/etc/evil', 'fine', 'a\\b'].map(line).join('')}`,
    });
    expect(await run()).toMatchObject({ counts: { fetched: 1, refused: 3 } });
    expect(files()).toEqual({ fine: 'content' });
    expect(outside()).toEqual([]);
  });

  it('names in bytes that are no UTF-8 are refused', async () => {
    const listing = Buffer.concat([Buffer.from(fact('fine')), Buffer.from(fact('caf\xe9'), 'latin1')]);
    const { run, files } = await pullFrom({ list: () => listing });
    expect(await run()).toMatchObject({ counts: { fetched: 1, refused: 1 } });
    expect(files()).toEqual({ fine: 'content' });
  });

  it('a name with a line break is two lines, neither of which is taken', async () => {
    const line = (name: string) => `-rw-r--r--   1 a  b   7 Jan 02 03:04 ${name}\r\n`;
    const { run, files } = await pullFrom({ features: [], list: () => line('fine') + line('first\nsecond') });
    expect(await run()).toMatchObject({ counts: { fetched: 1, refused: 2 } });
    expect(files()).toEqual({ fine: 'content' });
  });

  it('a name that is listed twice is not taken', async () => {
    const { run, files } = await pullFrom(root(fact('twice') + fact('once') + fact('twice')));
    expect(await run()).toMatchObject({ counts: { fetched: 1, refused: 1 } });
    expect(files()).toEqual({ once: 'content' });
  });

  it('links and devices of the server are not taken', async () => {
    const { run, files } = await pullFrom(
      root(
        fact('a', { type: 'OS.unix=slink:/etc/passwd' }) +
          fact('b', { type: 'OS.unix=symlink' }) +
          fact('c', { type: 'OS.unix=chr-1/3' }) +
          fact('d', { type: 'cdir' }) +
          fact('fine'),
      ),
    );
    expect(await run()).toMatchObject({ counts: { fetched: 1, refused: 3 } });
    expect(files()).toEqual({ fine: 'content' });
  });

  it('a local link is not followed out of the folder', async () => {
    const { run, files, folders } = await pullFrom({
      list: (folder) => (folder === '/' ? fact('sub', { type: 'dir' }) : fact('evil')),
    });
    mkdirSync(folders.local);
    mkdirSync(path.join(puller.root, 'elsewhere'));
    symlinkSync(path.join(puller.root, 'elsewhere'), path.join(folders.local, 'sub'));
    expect(await run()).toMatchObject({ counts: { fetched: 0, failed: 1, deleted: 0 } });
    expect(below(path.join(puller.root, 'elsewhere'))).toEqual([]);
    expect(files()).toEqual({});
  });

  it('a local link in the place of a file is not written through', async () => {
    const { run, folders } = await pullFrom(root(fact('file')));
    mkdirSync(folders.local);
    const target = path.join(puller.root, 'target');
    writeFileSync(target, 'content');
    symlinkSync(target, path.join(folders.local, 'file'));
    expect(await run()).toMatchObject({ counts: { fetched: 1 } });
    expect(readFileSync(target, 'utf8')).toBe('content');
    expect(readFileSync(path.join(folders.local, 'file~1'), 'utf8')).toBe('content');
  });
});

describe('a server without end', () => {
  it('of folders within folders is left at a depth', async () => {
    const { run } = await pullFrom({ list: () => fact('deeper', { type: 'dir' }) });
    const report = await run();
    expect(report).toMatchObject({ counts: { listed: 0, refused: 1 } });
    expect(report.note).toMatch(/a folder below 100 others/);
  });

  it('of a folder within itself is seen to go in a circle', async () => {
    const { run } = await pullFrom({ list: () => fact('loop', { type: 'dir', more: 'unique=1;' }) });
    expect(await run()).toMatchObject({ counts: { refused: 1 } });
    expect(server.commands.filter((line) => line.startsWith('MLSD'))).toHaveLength(2);
  });

  it('of one listing is cut off', async () => {
    const { run } = await pullFrom({ list: () => Buffer.alloc(70 * 2 ** 20, 'x') });
    const report = await run();
    expect(report.outcome).toBe('waiting');
    expect(report.note).toMatch(/sends a listing of more than 67108864 bytes/);
  });
});

describe('a server that gives other bytes than it lists', () => {
  const counted = () => puller.query('select what, state, attempts from regie.incident order by id');

  it('too many: nothing is taken, and after some tries it is left to the operators', async () => {
    const { run, files, parts } = await pullFrom({
      ...root(fact('a', { size: 3 })),
      content: () => 'longer',
    });
    expect(await run()).toMatchObject({ counts: { fetched: 0, failed: 1, deleted: 0 } });
    expect(await counted()).toEqual([{ what: 'wrong-size', state: 'retrying', attempts: 1 }]);
    // Not before its time.
    expect(await run()).toMatchObject({ outcome: 'idle', counts: { failed: 0 } });
    for (let n = 2; n <= 6; n += 1) {
      await puller.query("update regie.incident set not_before = now() - interval '1 second'");
      expect(await run()).toMatchObject({ counts: { failed: 1 } });
    }
    expect(await counted()).toEqual([{ what: 'wrong-size', state: 'given up', attempts: 6 }]);
    await puller.query('update regie.incident set not_before = null');
    expect(await run()).toMatchObject({ counts: { failed: 0 } });
    expect(files()).toEqual({});
    expect(parts()).toEqual([]);
    expect(server.commands.filter((line) => line.startsWith('DELE'))).toEqual([]);
  });

  it('too few: nothing is taken', async () => {
    const { run, files } = await pullFrom({ ...root(fact('a', { size: 30 })), content: () => 'short' });
    expect(await run()).toMatchObject({ counts: { fetched: 0, failed: 1, deleted: 0 } });
    expect(files()).toEqual({});
  });

  it('others: its own hash tells', async () => {
    const { run, files, parts } = await pullFrom({
      ...root(fact('a')),
      features: ['MLST type*;size*;modify*;', 'XSHA1'],
      content: () => 'CONTENT',
      // Of `content`.
      answer: (line) =>
        line.startsWith('XSHA1') ? '250 040f06fd774092478d450774f5ba30c5da78acc8' : undefined,
    });
    expect(await run()).toMatchObject({ counts: { fetched: 0, failed: 1, deleted: 0 } });
    expect(await counted()).toMatchObject([{ what: 'wrong-hash' }]);
    expect(files()).toEqual({});
    expect(parts()).toEqual([]);
  });

  it('and is believed when its hash agrees', async () => {
    const { run, files } = await pullFrom({
      ...root(fact('a')),
      features: ['MLST type*;size*;modify*;', 'HASH SHA-256;MD5*'],
      answer: (line) =>
        line.startsWith('HASH')
          ? '213 SHA-256 0-7 ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73 a'
          : undefined,
    });
    expect(await run()).toMatchObject({ counts: { fetched: 1, failed: 0 } });
    expect(server.commands).toContain('OPTS HASH SHA-256');
    expect(files()).toEqual({ a: 'content' });
  });
});

describe('a server that refuses', () => {
  it('one file: the others come, and it is tried again later', async () => {
    let refuses = true;
    const { run, files, query } = await pullFrom({
      ...root(fact('a') + fact('b') + fact('c')),
      answer: (line) => (refuses && line === 'RETR /b' ? '550 not for you' : undefined),
    });
    expect(await run()).toMatchObject({ outcome: 'done', counts: { fetched: 2, failed: 1 } });
    expect(await query('select subject, reason, state from regie.incident')).toEqual([
      { subject: 'b', reason: 'b: the server refuses it: "550 not for you"', state: 'retrying' },
    ]);
    refuses = false;
    await query("update regie.incident set not_before = now() - interval '1 second'");
    expect(await run()).toMatchObject({ counts: { fetched: 1 } });
    expect(Object.keys(files()).sort()).toContain('b');
    expect(await query('select state from regie.incident')).toEqual([{ state: 'resolved' }]);
  });

  it('to delete: nothing is fetched twice', async () => {
    const { run, query } = await pullFrom({
      ...root(fact('a')),
      answer: (line) => (line.startsWith('DELE') ? '550 read-only' : undefined),
    });
    expect(await run()).toMatchObject({ counts: { fetched: 1, deleted: 0, failed: 1 } });
    await query("update regie.incident set not_before = now() - interval '1 second'");
    expect(await run()).toMatchObject({ counts: { fetched: 0, deleted: 0, failed: 1 } });
    expect(server.commands.filter((line) => line.startsWith('RETR'))).toHaveLength(1);
    expect(await query('select what, attempts from regie.incident')).toEqual([
      { what: 'not-deleted', attempts: 2 },
    ]);
  });

  it('to list a folder: the others come, and what was fetched below it is not forgotten', async () => {
    let refuses = false;
    const { run } = await pullFrom(
      {
        list: (folder) => (folder === '/' ? fact('open') + fact('closed', { type: 'dir' }) : fact('secret')),
        answer: (line) => (refuses && line === 'MLSD /closed' ? '550 no' : undefined),
      },
      { deleteRemote: false },
    );
    expect(await run()).toMatchObject({ counts: { fetched: 2 } });
    refuses = true;
    expect(await run()).toMatchObject({ counts: { fetched: 0, refused: 1 } });
    refuses = false;
    expect(await run()).toMatchObject({ counts: { fetched: 0, refused: 0 } });
  });
});
