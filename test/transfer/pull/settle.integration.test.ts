import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { findFtpServer, type FtpServer } from '../support/ftp-servers.ts';
import { below } from './below.ts';
import { fact, HostileServer } from './hostile-server.ts';
import { openPuller } from './puller.ts';

const products = { vsftpd: await findFtpServer('vsftpd'), proftpd: await findFtpServer('proftpd') };

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (let step = undo.pop(); step; step = undo.pop()) await step();
});

async function start(product: keyof typeof products): Promise<FtpServer> {
  const found = products[product];
  if ('missing' in found) throw new Error(found.missing);
  const server = await found.start();
  undo.push(() => server.remove());
  return server;
}

async function open(server: FtpServer | undefined, settings: Record<string, unknown>) {
  const puller = await openPuller(server, settings);
  undo.push(() => puller.close());
  return puller;
}

const WAITS = 'waiting whether files still change';

for (const product of ['vsftpd', 'proftpd'] as const) {
  describe.skipIf('missing' in products[product])(`a pull from ${product}`, () => {
    it('takes a file that another process writes slowly only when it is complete', async () => {
      const server = await start(product);
      const file = server.write('slow.txt', '');
      server.write('ready.txt', 'ready');
      const { run, files } = await open(server, { stableFor: '1500ms' });
      const script = 'for n in $(seq 1 40); do echo "line $n"; sleep 0.1; done >> "$0"';
      const writing = spawn('sh', ['-c', script, file], { stdio: 'inherit' });
      let over = false;
      const written = once(writing, 'exit').then(() => (over = true));
      const growing = [];
      while (!over) {
        const { counts } = await run();
        growing.push(counts['growing']);
        // Its last lines may have been written, and have settled, during this run.
        if (over) break;
        expect(Object.keys(files())).toEqual(['ready.txt']);
        expect(below(server.folder)).toEqual(['slow.txt']);
      }
      await written;
      await run();
      expect(growing).toContain(1);
      expect(files()['slow.txt']).toBe(Array.from({ length: 40 }, (_, n) => `line ${n + 1}\n`).join(''));
      expect(below(server.folder)).toEqual([]);
    });

    it('looks again in the same run, and does not wait for what an earlier run has seen', async () => {
      const server = await start(product);
      server.write('a.txt', 'a');
      const { run, files, progress } = await open(server, { stableFor: '600ms' });
      const stopped = await run({ shouldStop: () => progress.some(({ step }) => step === WAITS) });
      expect(stopped).toMatchObject({ outcome: 'stopped', counts: { listed: 1, fetched: 0, growing: 1 } });
      await new Promise((resolve) => setTimeout(resolve, 600));
      progress.length = 0;
      expect(await run()).toMatchObject({ outcome: 'done', counts: { fetched: 1 } });
      expect(progress.map(({ step }) => step)).not.toContain(WAITS);
      expect(files()).toEqual({ 'a.txt': 'a' });
    });

    it('leaves what arrives between its two looks to the next run', async () => {
      const server = await start(product);
      server.write('first.txt', 'first');
      const puller = await open(server, { stableFor: '500ms' });
      let put = false;
      await puller.run({
        onProgress: ({ step }) => {
          if (step !== WAITS || put) return;
          put = true;
          server.write('second.txt', 'second');
        },
      });
      expect(put).toBe(true);
      expect(puller.files()).toEqual({ 'first.txt': 'first' });
      expect(below(server.folder)).toEqual(['second.txt']);
    });

    it('sees a change that leaves size and minute as they were', async () => {
      const server = await start(product);
      const file = server.write('same.txt', 'half ready');
      // LIST shows no seconds; MDTM and MLSD do.
      const minute = Math.floor(Date.now() / 60_000) * 60 - 3_600;
      utimesSync(file, minute + 1, minute + 1);
      const puller = await open(server, { stableFor: '500ms' });
      let changed = false;
      const report = await puller.run({
        onProgress: ({ step }) => {
          if (step !== WAITS || changed) return;
          changed = true;
          writeFileSync(file, 'full ready');
          utimesSync(file, minute + 31, minute + 31);
        },
      });
      expect(changed).toBe(true);
      expect(report).toMatchObject({ counts: { fetched: 0, growing: 1 } });
      expect(statSync(file).size).toBe(10);
      await puller.with({ stableFor: 0 }).run();
      expect(puller.files()).toEqual({ 'same.txt': 'full ready' });
    });
  });
}

describe('a file that is another by the time it is fetched', () => {
  it.each([
    { how: 'another time', later: fact('a', { modify: '20260102030406' }) },
    { how: 'another size', later: fact('a', { size: 8 }) },
    { how: 'gone', later: '' },
  ])('is not taken, nor deleted: $how', async ({ later }) => {
    let fetched = false;
    const server = await HostileServer.start({
      list: () => (fetched ? later : fact('a')) + fact('b'),
      answer: (line) => {
        if (line === 'RETR /a') fetched = true;
        return undefined;
      },
    });
    undo.push(() => server.stop());
    const puller = await open(undefined, server.settings);
    expect(await puller.run()).toMatchObject({ counts: { fetched: 1, growing: 1, deleted: 1 } });
    expect(puller.files()).toEqual({ b: 'content' });
    expect(puller.parts()).toEqual([]);
    expect(server.commands.filter((line) => line.startsWith('DELE'))).toEqual(['DELE /b']);
  });
});

describe('a server of which a folder is away for a while', () => {
  it('is not fetched from again when it is back and files stay there', async () => {
    let away = false;
    const server = await HostileServer.start({ list: () => (away ? '' : fact('a') + fact('b')) });
    undo.push(() => server.stop());
    const puller = await open(undefined, { ...server.settings, deleteRemote: false });
    expect(await puller.run()).toMatchObject({ counts: { fetched: 2 } });
    away = true;
    expect(await puller.run()).toMatchObject({ outcome: 'idle', counts: { listed: 0 } });
    away = false;
    expect(await puller.run()).toMatchObject({ outcome: 'idle', counts: { fetched: 0 } });
    // After a week it is another file.
    away = true;
    await puller.run();
    await puller.query("update transfer.remote_file set gone_since = now() - interval '8 days'");
    await puller.run();
    expect(await puller.query('select * from transfer.remote_file')).toEqual([]);
  });
});
