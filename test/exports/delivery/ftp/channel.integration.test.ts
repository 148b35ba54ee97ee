import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../support/ports.ts';
import { findFtpServer, type FtpServer } from '../../../transfer/support/ftp-servers.ts';
import type { FtpServerOptions } from '../../../transfer/support/layout.ts';
import { makeOutgoingFile, makeRequest } from '../support/outgoing-file.ts';
import { holdsToNames } from '../support/remote-contract.ts';
import { openDestination } from '../support/open.ts';
import { filesIn, plant, sendOnce } from '../support/remote.ts';

const never = new AbortController().signal;
process.env['REGIE_TEST_WRONG'] = 'wrong';

const ways: [string, 'proftpd' | 'vsftpd', FtpServerOptions][] = [
  ['proftpd', 'proftpd', {}],
  ['proftpd with hashes, by TLS', 'proftpd', { tls: 'explicit', hashes: true, sessionReuse: true }],
  ['vsftpd', 'vsftpd', {}],
  ['vsftpd, TLS from the first byte', 'vsftpd', { tls: 'implicit' }],
];

for (const [title, product, options] of ways) {
  const found = await findFtpServer(product);
  const missing = 'missing' in found ? found.missing : undefined;
  describe.skipIf(missing !== undefined)(`${title}${missing === undefined ? '' : ` (${missing})`}`, () => {
    let server: FtpServer;
    const secret = `REGIE_TEST_${title.replaceAll(/\W/g, '_')}`;
    beforeAll(async () => {
      if ('missing' in found) throw new Error(found.missing);
      server = await found.start(options);
      process.env[secret] = server.password;
    }, 60_000);
    afterAll(() => server.remove());

    const channel = (more: object = {}) =>
      openDestination({
        type: 'ftp',
        host: '127.0.0.1',
        port: server.port,
        user: server.user,
        password: `env:${secret}`,
        tls: options.tls ?? 'none',
        ca: server.authority,
        timeout: '5s',
        ...more,
      });

    holdsToNames({ channel, server: () => server, bytes: 3_000_000 });

    it('makes the folders that placeholders name, and no others', async () => {
      const outgoing = makeOutgoingFile();
      mkdirSync(path.join(server.folder, 'in'), { recursive: true });
      server.adopt();
      const base = `${server.directory.replace(/\/$/, '')}/in`;
      for (const folder of [`${base}/{yyyy}/{MM}`, `${base}/{campaign}`])
        expect((await sendOnce(channel({ folder }), outgoing)).outcome).toEqual({ state: 'delivered' });
      expect(existsSync(path.join(server.folder, 'in/2026/11', outgoing.name))).toBe(true);
      expect(existsSync(path.join(server.folder, 'in/canal', outgoing.name))).toBe(true);
      const missing = await sendOnce(channel({ folder: `${base}/elsewhere` }), outgoing);
      expect(missing.outcome).toEqual({
        state: 'failed',
        permanent: true,
        error: expect.stringContaining('answers to CWD'),
      });
      expect(existsSync(path.join(server.folder, 'in/elsewhere'))).toBe(false);
    });

    it('tells after a crash what became of it', async () => {
      const outgoing = makeOutgoingFile({ name: 'crashed.csv', id: 'crashed' });
      expect(await channel().verifyArrival(outgoing, never)).toBeUndefined();
      plant(server, '.regie-crashed.part', readFileSync(outgoing.path));
      expect(await channel().verifyArrival(outgoing, never)).toBe('absent');
      expect((await sendOnce(channel(), outgoing)).outcome).toEqual({ state: 'delivered' });
      expect(filesIn(server.folder)).not.toContain('.regie-crashed.part');
    });

    it('takes nothing further when the ledger does not take the checkpoint, or it is to stop', async () => {
      const outgoing = makeOutgoingFile({ name: 'refused.csv', id: 'refused' });
      await expect(
        sendOnce(channel(), outgoing, () => Promise.reject(new Error('the lock is lost'))),
      ).rejects.toThrow('the lock is lost');
      const stop = new AbortController();
      const request = Object.assign(makeRequest(outgoing, ['it'], undefined, stop.signal), {
        progress: () => stop.abort(new Error('stopped')),
      });
      await expect(channel().send(request)).rejects.toThrow('stopped');
      expect(request.checkpoints).toBe(0);
      expect(filesIn(server.folder)).not.toContain('refused.csv');
    });

    it('says what is wrong with a login', async () => {
      const { outcome } = await sendOnce(channel({ password: 'env:REGIE_TEST_WRONG' }), makeOutgoingFile());
      expect(outcome).toEqual({
        state: 'failed',
        permanent: true,
        error: expect.stringContaining('with the password of env:REGIE_TEST_WRONG'),
      });
    });
  });
}

it('says where nobody listens, and names no secret', async () => {
  const port = await freePort();
  const channel = openDestination({ type: 'ftp', host: '127.0.0.1', port, user: 'pat', folder: 'in/{yyyy}' });
  expect(channel.recipients()).toEqual([`ftp://pat@127.0.0.1:${port}/~/in/{yyyy}`]);
  expect((await sendOnce(channel, makeOutgoingFile())).outcome).toEqual({
    state: 'failed',
    permanent: false,
    error: expect.stringContaining('refuses connections'),
  });
});

it('refuses settings that cannot work', () => {
  const parse = (more: object) => () => openDestination({ type: 'ftp', host: 'a', ...more });
  expect(parse({ folder: 'a\nDELE b' })).toThrow('without control characters');
  expect(parse({ folder: '{day}' })).toThrow('unknown placeholder {day}');
  expect(parse({ ca: 'ca.pem' })).toThrow('there is no certificate to check');
  expect(parse({ password: 'secret' })).toThrow('not the secret itself');
});
