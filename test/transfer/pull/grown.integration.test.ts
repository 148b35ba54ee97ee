import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findFtpServer, type FtpServer } from '../support/ftp-servers.ts';
import { below } from './below.ts';
import { openPuller, type Puller } from './puller.ts';

const products = { vsftpd: await findFtpServer('vsftpd'), proftpd: await findFtpServer('proftpd') };
const ways = (['vsftpd', 'proftpd'] as const).flatMap((product) =>
  (['auto', 'list'] as const).map((list) => ({ product, list })),
);

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (let step = undo.pop(); step; step = undo.pop()) await step();
});

let server: FtpServer;
let puller: Puller;
async function open(product: keyof typeof products, settings: Record<string, unknown> = {}): Promise<void> {
  const found = products[product];
  if ('missing' in found) throw new Error(found.missing);
  server = await found.start();
  undo.push(() => server.remove());
  puller = await openPuller(server, { stableFor: '200ms', ...settings });
  undo.push(() => puller.close());
}

const FETCHED = 'waiting whether fetched files still change';
const incidents = () =>
  puller.query<{ subject: string; what: string; state: string }>(
    'select subject, what, state from regie.incident order by id',
  );

/** Runs; does something once, when what was fetched is in place and not deleted yet. */
async function runAndMeanwhile(act: () => void) {
  let acted = false;
  const report = await puller.run({
    onProgress: ({ step }) => {
      if (step !== FETCHED || acted) return;
      acted = true;
      act();
    },
  });
  expect(acted).toBe(true);
  return report;
}

for (const { product, list } of ways) {
  describe.skipIf('missing' in products[product])(`a writer that stalls, at ${product} with ${list}`, () => {
    it('loses nothing when it goes on: the whole takes the place of its half', async () => {
      await open(product, { list });
      const file = server.write('sub/a.txt', 'first half, ');
      server.write('b.txt', 'b');
      const report = await runAndMeanwhile(() => {
        expect(puller.files()).toEqual({ 'sub/a.txt': 'first half, ', 'b.txt': 'b' });
        appendFileSync(file, 'second half');
      });
      expect(report).toMatchObject({ counts: { fetched: 2, deleted: 1, growing: 1 } });
      expect(below(server.folder)).toEqual(['sub/a.txt']);
      expect(await puller.run()).toMatchObject({ counts: { fetched: 1, deleted: 1 } });
      expect(puller.files()).toEqual({ 'sub/a.txt': 'first half, second half', 'b.txt': 'b' });
      expect(below(server.folder)).toEqual([]);
      // Told, and over.
      expect(await incidents()).toEqual([{ subject: 'sub/a.txt', what: 'grown', state: 'resolved' }]);
      expect(puller.traced.join('\n')).toMatch(
        /wrote to it on the server after it was fetched: it had 12 bytes/,
      );
      expect(puller.parts()).toEqual([]);
    });
  });
}

describe.skipIf('missing' in products.vsftpd)('a file that grew after it was fetched', () => {
  it('comes as a new version when the next task has taken its half', async () => {
    await open('vsftpd');
    const file = server.write('a.txt', 'half');
    await runAndMeanwhile(() => {
      rmSync(path.join(puller.folders.local, 'a.txt'));
      appendFileSync(file, ', whole');
    });
    await puller.run();
    expect(puller.files()).toEqual({ 'a.txt': 'half, whole' });
    expect(await incidents()).toMatchObject([{ what: 'grown', state: 'resolved' }]);
  });

  it('takes the place of nothing that somebody wrote to, or that it does not begin with', async () => {
    await open('vsftpd');
    const file = server.write('a.txt', 'half');
    const other = server.write('b.txt', 'half');
    await runAndMeanwhile(() => {
      appendFileSync(path.join(puller.folders.local, 'a.txt'), ' mine');
      appendFileSync(file, ', whole, and more');
      writeFileSync(other, 'quite another one');
    });
    await puller.run();
    expect(puller.files()).toEqual({
      'a.txt': 'half mine',
      'a~1.txt': 'half, whole, and more',
      'b.txt': 'half',
      'b~1.txt': 'quite another one',
    });
  });

  it('is fetched again when files stay on the server', async () => {
    await open('vsftpd', { deleteRemote: false });
    const file = server.write('a.txt', 'half');
    await puller.run();
    appendFileSync(file, ', whole');
    await puller.run();
    expect(puller.files()).toEqual({ 'a.txt': 'half, whole' });
    expect(below(server.folder)).toEqual(['a.txt']);
    expect(await puller.run()).toMatchObject({ outcome: 'idle' });
  });

  it('is told until it is fetched: its writer goes on', async () => {
    await open('vsftpd');
    const file = server.write('a.txt', 'half');
    await runAndMeanwhile(() => appendFileSync(file, ', more'));
    const busy = setInterval(() => appendFileSync(file, '.'), 20);
    await puller.run();
    clearInterval(busy);
    expect(await incidents()).toEqual([{ subject: 'a.txt', what: 'grown', state: 'open' }]);
    await puller.run();
    expect(puller.files()).toEqual({ 'a.txt': expect.stringMatching(/^half, more\.+$/) });
    expect(await incidents()).toMatchObject([{ state: 'resolved' }]);
  });

  it('replaces its half, too, when the run that does so is cut off before', async () => {
    await open('vsftpd');
    const file = server.write('a.txt', 'half');
    await runAndMeanwhile(() => appendFileSync(file, ', whole'));
    await puller.run();
    // As a kill leaves it after the commit and before the rename.
    const [row] = await puller.query<{ id: string }>(
      `insert into transfer.remote_file (source_id, path, size, modified, state, target, replaces)
       select id, 'c.txt', 11, '', 'placing', $1, $1 from transfer.source returning id`,
      [path.join(puller.folders.local, 'c.txt')],
    );
    puller.put('c.txt', 'half');
    writeFileSync(path.join(puller.folders.work, `${row!.id}.part`), 'half, whole');
    await puller.run();
    expect(puller.files()).toEqual({ 'a.txt': 'half, whole', 'c.txt': 'half, whole' });
  });

  it('is left to the next run when the operator stops the one that waits', async () => {
    await open('vsftpd', { stableFor: '1s' });
    server.write('a.txt', 'a');
    const { progress } = puller;
    const report = await puller.run({ shouldStop: () => progress.some(({ step }) => step === FETCHED) });
    expect(report).toMatchObject({ outcome: 'stopped', counts: { fetched: 1, deleted: 0 } });
    await puller.query("update transfer.remote_file set placed_at = placed_at - interval '1 hour'");
    progress.length = 0;
    expect(await puller.run()).toMatchObject({ counts: { fetched: 0, deleted: 1 } });
    expect(progress.map(({ step }) => step)).not.toContain(FETCHED);
    expect(below(server.folder)).toEqual([]);
  });
});

describe.skipIf('missing' in products.proftpd)('marker files', () => {
  const markers = { marker: '.ok', stableFor: '10m' };

  it('let a file be fetched, at once, and are deleted with it', async () => {
    await open('proftpd', { ...markers, include: ['*.txt'] });
    server.write('a.txt', 'a');
    server.write('sub/b.txt', '');
    server.write('sub/b.txt.ok', '');
    server.write('c.txt.ok', '');
    expect(await puller.run()).toMatchObject({
      counts: { fetched: 1, deleted: 1, growing: 1 },
      waiting: [
        { what: 'files', count: 1 },
        { what: 'markers without a file', count: 1 },
      ],
    });
    expect(puller.files()).toEqual({ 'sub/b.txt': '' });
    expect(below(server.folder)).toEqual(['a.txt', 'c.txt.ok']);
    server.write('a.txt.ok', '');
    await puller.run();
    expect(puller.files()).toEqual({ 'a.txt': 'a', 'sub/b.txt': '' });
    expect(below(server.folder)).toEqual(['c.txt.ok']);
  });

  it('stay where their files stay', async () => {
    await open('proftpd', { ...markers, deleteRemote: false });
    server.write('a.txt', 'a');
    server.write('a.txt.ok', '');
    await puller.run();
    expect(await puller.run()).toMatchObject({ outcome: 'idle' });
    expect(puller.files()).toEqual({ 'a.txt': 'a' });
    expect(below(server.folder)).toEqual(['a.txt', 'a.txt.ok']);
  });
});
