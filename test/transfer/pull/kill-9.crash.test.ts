import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { dice } from '../../support/killer/seed.ts';
import { findFtpServer, type FtpServer } from '../support/ftp-servers.ts';
import type { FtpServerOptions } from '../support/layout.ts';
import { RELAY_HOST, startRelay } from '../support/relay.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { below } from './below.ts';
import { Hotfolder, sha256 } from './hotfolder.ts';
import { openPuller, settingsFor, type Puller } from './puller.ts';

const seeded = dice(import.meta.filename);
const SMALL = 500;
const LARGE = 2;
const LARGE_BYTES = 20 * 2 ** 20;
/** Ms on a busy machine. */
const LONG = 240_000;

const products = { vsftpd: await findFtpServer('vsftpd'), proftpd: await findFtpServer('proftpd') };
const disk = await mountSmallDisk(1);
if (!('missing' in disk)) await disk.remove();

const child = fileURLToPath(new URL('child.ts', import.meta.url));
const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (let step = undo.pop(); step; step = undo.pop()) await step();
});

/** A server with many small files and some large ones, and what is in them. */
async function serve(product: keyof typeof products, options: FtpServerOptions = {}, large = LARGE) {
  const found = products[product];
  if ('missing' in found) throw new Error(found.missing);
  const server = await found.start(options);
  undo.push(() => server.remove());
  const sent = new Map<string, string>();
  const put = (name: string, bytes: number) => {
    const content = randomBytes(bytes);
    server.write(name, content);
    sent.set(name, sha256(content));
  };
  for (let n = 0; n < SMALL; n += 1) put(`${n % 20}/${n}.bin`, 2_048);
  for (let n = 0; n < large; n += 1) put(`large-${n}.bin`, LARGE_BYTES);
  return { server, sent };
}

async function open(server: FtpServer, settings: Record<string, unknown>) {
  const all = { ...settingsFor(server), stableFor: 0, localPath: 'hot', ...settings };
  const puller = await openPuller(undefined, all);
  undo.push(() => puller.close());
  const hotfolder = new Hotfolder(puller.folders.local);
  undo.push(() => hotfolder.pause());
  return { puller, hotfolder, all };
}

/** Begins a run in a process of its own and kills it, without a warning, after so many ms. */
async function runAndKill({ url, root }: Puller, settings: object, life: number): Promise<void> {
  const process = spawn('node', ['--import', 'tsx', child, JSON.stringify({ url, root, settings })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(process, 'exit');
  await Promise.race([once(createInterface(process.stdout), 'line'), gone]);
  await setTimeout(life);
  process.kill('SIGKILL');
  await gone;
}

/** Runs until nothing is left, then looks that each file arrived once, whole. */
async function bringsAll(
  puller: Puller,
  hotfolder: Hotfolder,
  server: FtpServer,
  sent: ReadonlyMap<string, string>,
): Promise<void> {
  for (let n = 0; n < 10; n += 1) {
    const { outcome } = await puller.run();
    if (outcome === 'idle') break;
  }
  hotfolder.take();
  expect(hotfolder.twice).toEqual([]);
  expect(Object.fromEntries(hotfolder.taken)).toEqual(Object.fromEntries(sent));
  expect(below(server.folder)).toEqual([]);
  expect(puller.parts()).toEqual([]);
  expect(await puller.query('select * from transfer.remote_file')).toEqual([]);
}

/** At no moment may a file be gone there that is not safe here. */
function nothingLost(
  puller: Puller,
  hotfolder: Hotfolder,
  server: FtpServer,
  sent: ReadonlyMap<string, string>,
): void {
  const there = new Set(below(server.folder));
  hotfolder.take();
  expect([...sent.keys()].filter((name) => !there.has(name) && !hotfolder.taken.has(name))).toEqual([]);
}

for (const product of ['vsftpd', 'proftpd'] as const) {
  describe.skipIf('missing' in products[product])(`a pull from ${product}`, () => {
    it.each([1, 4])(
      'brings every file once, %i connections',
      async (connections) => {
        const { server, sent } = await serve(product);
        const { puller, hotfolder } = await open(server, { connections });
        await bringsAll(puller, hotfolder, server, sent);
      },
      LONG,
    );

    it(
      'brings every file once though its process is killed again and again',
      async () => {
        const { server, sent } = await serve(product);
        const { puller, hotfolder, all } = await open(server, {});
        const random = seeded(product, 'process');
        for (let n = 0; n < 6; n += 1) {
          await runAndKill(puller, all, 500 * random());
          nothingLost(puller, hotfolder, server, sent);
        }
        await bringsAll(puller, hotfolder, server, sent);
      },
      LONG,
    );

    it(
      'brings every file once though the server is killed again and again',
      async () => {
        const { server, sent } = await serve(product);
        const { puller, hotfolder } = await open(server, {});
        const running = puller.run();
        let over = false;
        void running.then(() => (over = true));
        const random = seeded(product, 'server');
        for (let n = 0; n < 5 && !over; n += 1) {
          await setTimeout(50 + random() * 250);
          await server.kill9();
          nothingLost(puller, hotfolder, server, sent);
          await setTimeout(random() * 200);
          await server.start();
        }
        await running;
        await bringsAll(puller, hotfolder, server, sent);
      },
      LONG,
    );

    it.each(['none', 'explicit'] as const)(
      'brings every file once though the line is cut again and again, TLS %s',
      async (tls) => {
        const { server, sent } = await serve(product, { masquerade: RELAY_HOST, tls });
        const relay = await startRelay(server);
        undo.push(() => relay.close());
        const { puller, hotfolder } = await open(server, { tls, host: RELAY_HOST });
        const running = puller.run();
        let over = false;
        void running.then(() => (over = true));
        const random = seeded(product, 'line', tls);
        while (!over) {
          relay.cutAfter(Math.floor(random() * 6 * 2 ** 20));
          await setTimeout(100 + random() * 200);
        }
        await running;
        expect(puller.traced.join('\n')).toMatch(/tries again/);
        relay.cutAfter(Number.POSITIVE_INFINITY);
        await bringsAll(puller, hotfolder, server, sent);
      },
      LONG,
    );

    it(
      'goes on when the line is dead for a while, without a word',
      async () => {
        const { server, sent } = await serve(product, { masquerade: RELAY_HOST });
        const relay = await startRelay(server);
        undo.push(() => relay.close());
        const { puller, hotfolder } = await open(server, { host: RELAY_HOST, timeout: '1s' });
        const running = puller.run();
        await setTimeout(150);
        relay.silence();
        await setTimeout(1_500);
        relay.speak();
        await running;
        await bringsAll(puller, hotfolder, server, sent);
      },
      LONG,
    );
  });
}

describe.skipIf('missing' in products.proftpd || 'missing' in disk)('a pull onto a disk that is full', () => {
  it(
    'waits, says so, and brings every file once when there is room again',
    async () => {
      const small = await mountSmallDisk(24);
      if ('missing' in small) throw new Error(small.missing);
      undo.push(() => small.remove());
      const { server, sent } = await serve('proftpd', {}, 3);
      const { puller, hotfolder } = await open(server, { localPath: path.join(small.folder, 'hot') });
      hotfolder.pause();
      const report = await puller.run();
      expect(report.outcome).toBe('waiting');
      expect(report.note).toMatch(/^the disk of \S+regie-small-disk-\S+ is full: .* bytes/);
      expect(report.counts['fetched']).toBeGreaterThan(0);
      expect(report.waiting).toMatchObject([{ what: 'files', count: sent.size - report.counts['fetched']! }]);
      // Room for those that are complete is not taken by those that are not.
      expect(below(puller.folders.work).filter((name) => name.endsWith('.part'))).toEqual([]);
      for (const name of sent.keys())
        expect(below(server.folder).includes(name) !== below(puller.folders.local).includes(name)).toBe(true);
      hotfolder.resume();
      await setTimeout(100);
      await bringsAll(puller, hotfolder, server, sent);
    },
    LONG,
  );
});
