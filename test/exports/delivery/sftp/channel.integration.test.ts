import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Server, utils } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../support/ports.ts';
import { makeOutgoingFile, makeRequest, temporaryFolder } from '../support/outgoing-file.ts';
import { holdsToNames } from '../support/remote-contract.ts';
import { openDestination } from '../support/open.ts';
import { filesIn, plant, sendOnce } from '../support/remote.ts';
import { findSshd, type Sshd } from '../support/sshd.ts';

const never = new AbortController().signal;
const found = await findSshd();
const missing = 'missing' in found ? found.missing : undefined;
const strange = `SHA256:${'A'.repeat(43)}`;

describe.skipIf(missing !== undefined)(
  `OpenSSH's server${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let server: Sshd;
    beforeAll(async () => {
      if ('missing' in found) throw new Error(found.missing);
      server = await found.start();
    }, 60_000);
    afterAll(() => server.remove());

    const channel = (more: object = {}) =>
      openDestination({
        type: 'sftp',
        host: '127.0.0.1',
        port: server.port,
        user: server.user,
        key: `file:${server.key}`,
        fingerprint: server.fingerprint,
        folder: server.folder,
        timeout: '5s',
        ...more,
      });

    it('tells where its files go', () => {
      expect(channel().recipients()).toEqual([
        `sftp://${server.user}@127.0.0.1:${server.port}${server.folder}`,
      ]);
    });

    holdsToNames({ channel, server: () => server, bytes: 9_000_001 });

    it('makes the folders that placeholders name, and no others', async () => {
      const outgoing = makeOutgoingFile();
      for (const folder of ['{yyyy}/{MM}', '{campaign}'])
        for (let twice = 0; twice < 2; twice++)
          expect(
            (await sendOnce(channel({ folder: `${server.folder}/${folder}` }), outgoing)).outcome,
          ).toMatchObject({ state: 'delivered' });
      expect(existsSync(path.join(server.folder, '2026/11', outgoing.name))).toBe(true);
      expect(existsSync(path.join(server.folder, 'canal', outgoing.name))).toBe(true);
      const outcome = async (folder: string) => (await sendOnce(channel({ folder }), outgoing)).outcome;
      expect(await outcome(`${server.folder}/elsewhere`)).toEqual({
        state: 'failed',
        permanent: true,
        error: expect.stringContaining(`/elsewhere": "No such file"`),
      });
      expect(existsSync(path.join(server.folder, 'elsewhere'))).toBe(false);
      plant(server, 'file', '');
      expect(await outcome(`${server.folder}/file`)).toMatchObject({
        error: expect.stringContaining('is no folder'),
      });
    });

    it('what an earlier try left is made anew, and a link in its place is not followed', async () => {
      const outgoing = makeOutgoingFile({ name: 'crashed.csv', id: 'crashed' });
      expect(await channel().verifyArrival(outgoing, never)).toBeUndefined();
      const precious = path.join(temporaryFolder(), 'precious');
      writeFileSync(precious, 'precious', { mode: 0o666 });
      symlinkSync(precious, path.join(server.folder, '.regie-crashed.part'));
      expect(await channel().verifyArrival(outgoing, never)).toBe('absent');
      expect((await sendOnce(channel(), outgoing)).outcome).toEqual({ state: 'delivered' });
      expect(readFileSync(precious, 'utf8')).toBe('precious');
      expect(filesIn(server.folder)).not.toContain('.regie-crashed.part');
    });

    it('a folder in which it may not write has failed for certain', async () => {
      const folder = path.join(server.folder, 'closed');
      mkdirSync(folder, { mode: 0o555 });
      server.adopt();
      const { outcome, checkpoints } = await sendOnce(channel({ folder }), makeOutgoingFile());
      expect(outcome).toEqual({
        state: 'failed',
        permanent: true,
        error: expect.stringContaining('"Permission denied"'),
      });
      expect(checkpoints).toBe(0);
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

    it('sends nothing to a server with another key', async () => {
      const { outcome } = await sendOnce(channel({ fingerprint: strange }), makeOutgoingFile());
      expect(outcome).toEqual({
        state: 'failed',
        permanent: true,
        error: expect.stringContaining(
          `shows a key with the fingerprint ${server.fingerprint}, expected ${strange}`,
        ),
      });
      // Both while it changes.
      const both = await sendOnce(
        channel({ fingerprint: [strange, server.fingerprint] }),
        makeOutgoingFile({ name: 'both.csv' }),
      );
      expect(both.outcome).toEqual({ state: 'delivered' });
    });

    it('logs in with an encrypted key, and says what is wrong with others', async () => {
      process.env['REGIE_TEST_PASSPHRASE'] = server.passphrase;
      process.env['REGIE_TEST_OTHER'] = 'another one';
      const encrypted = { key: `file:${server.encryptedKey}`, passphrase: 'env:REGIE_TEST_PASSPHRASE' };
      expect((await sendOnce(channel(encrypted), makeOutgoingFile({ name: 'enc.csv' }))).outcome).toEqual({
        state: 'delivered',
      });
      for (const [wrong, words] of [
        [{ ...encrypted, passphrase: 'env:REGIE_TEST_OTHER' }, 'Correct key or passphrase'],
        [{ key: `file:${server.key}-gone` }, 'cannot be read by the worker'],
        [
          { key: `file:${server.strangeKey}` },
          `refuses the user ${server.user} with the key of file:${server.strangeKey}`,
        ],
      ] as const) {
        expect((await sendOnce(channel(wrong), makeOutgoingFile())).outcome).toEqual({
          state: 'failed',
          permanent: true,
          error: expect.stringContaining(words),
        });
      }
    });
  },
);

it.each(['password', 'keyboard-interactive'] as const)('logs in by %s', async (method) => {
  const keys = utils.generateKeyPairSync('ed25519');
  // OpenSSH takes passwords as root only; this one takes them, and offers nothing else.
  const server = new Server({ hostKeys: [keys.private] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (ctx) => {
      if (ctx.method !== method) ctx.reject([method]);
      else if (ctx.method === 'password') {
        if (ctx.password === 'open sesame') ctx.accept();
        else ctx.reject([method]);
      } else if (ctx.method === 'keyboard-interactive')
        ctx.prompt('Password: ', ([answer]) =>
          answer === 'open sesame' ? ctx.accept() : ctx.reject([method]),
        );
    });
    client.on('session', (accept) => accept().on('sftp', (_accept, reject) => reject()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port, address } = server.address() as AddressInfo;
  expect(address).toBe('127.0.0.1');
  const key = Buffer.from(keys.public.split(' ')[1]!, 'base64');
  const fingerprint = `SHA256:${createHash('sha256').update(key).digest('base64')}`;
  const settings = {
    type: 'sftp',
    host: '127.0.0.1',
    port,
    user: 'pat',
    password: 'env:REGIE_TEST_SFTP',
    fingerprint,
  };
  const send = async () => (await sendOnce(openDestination(settings), makeOutgoingFile())).outcome;
  process.env['REGIE_TEST_SFTP'] = 'open sesame';
  expect(await send()).toMatchObject({ state: 'failed', error: expect.stringContaining('offers no SFTP') });
  process.env['REGIE_TEST_SFTP'] = 'close sesame';
  expect(await send()).toEqual({
    state: 'failed',
    permanent: true,
    error: expect.stringMatching(
      /refuses the user pat with the password of env:REGIE_TEST_SFTP(?!.*close sesame)/,
    ),
  });
});

it('says where nobody listens', async () => {
  const port = await freePort();
  process.env['REGIE_TEST_SFTP'] = 'secret';
  const settings = {
    type: 'sftp',
    host: '127.0.0.1',
    port,
    user: 'pat',
    password: 'env:REGIE_TEST_SFTP',
    fingerprint: strange,
  };
  const channel = openDestination(settings);
  expect(channel.recipients()).toEqual([`sftp://pat@127.0.0.1:${port}/~`]);
  expect((await sendOnce(channel, makeOutgoingFile())).outcome).toEqual({
    state: 'failed',
    permanent: false,
    error: expect.stringContaining('refuses connections'),
  });
});

it('refuses settings that cannot work', () => {
  const parse = (more: object) => () =>
    openDestination({
      type: 'sftp',
      host: 'a',
      user: 'b',
      password: 'env:A',
      fingerprint: strange,
      ...more,
    });
  expect(parse({ fingerprint: undefined })).toThrow('fingerprint');
  expect(parse({ fingerprint: 'MD5:00' })).toThrow('expected a fingerprint as');
  expect(parse({ password: undefined })).toThrow('expected a reference to a key, or to a password');
  expect(parse({ passphrase: 'env:B' })).toThrow('expected none without a key');
  expect(parse({ folder: 'a\nb' })).toThrow('without control characters');
  expect(parse({ key: '-----BEGIN' })).toThrow('not the secret itself');
});
