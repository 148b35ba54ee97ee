import { randomBytes } from 'node:crypto';
import { utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findFtpServer, type FtpServer } from '../support/ftp-servers.ts';
import { RELAY_HOST, startRelay, type Relay } from '../support/relay.ts';
import { openPuller, type Puller } from './puller.ts';

const products = { vsftpd: await findFtpServer('vsftpd'), proftpd: await findFtpServer('proftpd') };

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (let step = undo.pop(); step; step = undo.pop()) await step();
});

const MB = 2 ** 20;
const BYTES = 24 * MB;

for (const product of ['vsftpd', 'proftpd'] as const) {
  describe.skipIf('missing' in products[product])(`a large file of ${product}`, () => {
    let server: FtpServer;
    let relay: Relay;
    let puller: Puller;
    let content: string;

    async function open(settings: Record<string, unknown> = {}): Promise<void> {
      const found = products[product];
      if ('missing' in found) throw new Error(found.missing);
      server = await found.start({ masquerade: RELAY_HOST });
      undo.push(() => server.remove());
      relay = await startRelay(server);
      undo.push(() => relay.close());
      const bytes = randomBytes(BYTES);
      server.write('large.bin', bytes);
      content = bytes.toString('latin1');
      puller = await openPuller(server, { host: RELAY_HOST, ...settings });
      undo.push(() => puller.close());
    }

    /** Cancels a run when so much has arrived. */
    async function cancelAfter(bytes: number): Promise<void> {
      const cancel = new AbortController();
      const watch = setInterval(() => {
        if (relay.delivered > bytes) cancel.abort(new Error('cancelled'));
      }, 1);
      await expect(puller.run({ signal: cancel.signal })).rejects.toThrow('cancelled');
      clearInterval(watch);
    }

    it('is gone on with after a cut, where it stopped', async () => {
      await open();
      relay.cutAfter(BYTES / 2);
      expect(await puller.run()).toMatchObject({ outcome: 'done', counts: { fetched: 1 } });
      expect(puller.files()).toEqual({ 'large.bin': content });
      // What was under way at the cut is sent again, not the half that had arrived.
      expect(relay.delivered).toBeLessThan(BYTES + 10 * MB);
    });

    it('is gone on with in the next run', async () => {
      await open();
      await cancelAfter(BYTES / 2);
      expect(puller.parts()).toHaveLength(1);
      expect(await puller.run()).toMatchObject({ outcome: 'done', counts: { fetched: 1 } });
      expect(puller.files()).toEqual({ 'large.bin': content });
      expect(relay.delivered).toBeLessThan(BYTES + 10 * MB);
      expect(puller.parts()).toEqual([]);
    });

    it('is begun anew when it is another by then', async () => {
      await open();
      await cancelAfter(BYTES / 2);
      const other = randomBytes(BYTES);
      utimesSync(server.write('large.bin', other), 1_800_000_000, 1_800_000_000);
      expect(await puller.run()).toMatchObject({ outcome: 'done', counts: { fetched: 1 } });
      expect(puller.files()).toEqual({ 'large.bin': other.toString('latin1') });
      expect(puller.parts()).toEqual([]);
    });

    it('is begun anew after the machine was: what a power cut leaves may have holes', async () => {
      await open();
      await cancelAfter(BYTES / 2);
      const [{ id, mark }] = (await puller.query('select id, mark from transfer.source')) as [
        { id: number; mark: string },
      ];
      writeFileSync(path.join(puller.folders.work, `source-${id}`), `${mark}\nanother boot`);
      relay.cutAfter(Number.POSITIVE_INFINITY);
      const before = relay.delivered;
      expect(await puller.run()).toMatchObject({ outcome: 'done', counts: { fetched: 1 } });
      expect(relay.delivered - before).toBeGreaterThanOrEqual(BYTES);
      expect(puller.files()).toEqual({ 'large.bin': content });
    });
  });
}
