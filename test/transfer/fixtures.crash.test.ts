import { Client, type AccessOptions } from 'basic-ftp';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findFtpServer, type FtpProduct, type FtpServer } from './support/ftp-servers.ts';
import type { FtpServerOptions } from './support/layout.ts';
import { addressesOf } from '../support/listening-sockets.ts';
import { findProxy, type Proxy, type ProxyKind } from './support/proxies.ts';
import { RELAY_HOST, startRelay } from './support/relay.ts';
import { mountSmallDisk } from './support/small-disk.ts';

const run = promisify(execFile);

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (let step = undo.pop(); step; step = undo.pop()) await step();
});

/** How a client of basic-ftp reaches a server. */
const accessOf = (server: FtpServer, options: FtpServerOptions = {}): AccessOptions => ({
  host: server.host,
  port: server.port,
  user: server.user,
  password: server.password,
  secure: options.tls === 'implicit' ? 'implicit' : options.tls === 'explicit',
  ...(server.authority ? { secureOptions: { ca: readFileSync(server.authority) } } : {}),
});

async function login(access: AccessOptions): Promise<Client> {
  const client = new Client();
  undo.push(() => client.close());
  await client.access(access);
  return client;
}

async function download(client: Client, name: string): Promise<string> {
  const pieces: Buffer[] = [];
  await client.downloadTo(
    new Writable({
      write(piece: Buffer, _encoding, done) {
        pieces.push(piece);
        done();
      },
    }),
    name,
  );
  return Buffer.concat(pieces).toString();
}

for (const product of ['vsftpd', 'proftpd'] satisfies FtpProduct[]) {
  const found = await findFtpServer(product);
  const missing = 'missing' in found ? found.missing : undefined;
  const start = async (options: FtpServerOptions = {}): Promise<FtpServer> => {
    if ('missing' in found) throw new Error(found.missing);
    const server = await found.start(options);
    undo.push(() => server.remove());
    return server;
  };

  describe.skipIf(missing !== undefined)(`${product}${missing === undefined ? '' : ` (${missing})`}`, () => {
    test('gives its files, deletes them, and knows its password', async () => {
      const server = await start();
      const file = server.write('deep/an é.txt', 'hello');
      const client = await login(accessOf(server));
      expect(await client.pwd()).toBe(server.directory);
      expect((await client.features()).has('MLST')).toBe(product === 'proftpd');
      expect((await client.list('deep')).map(({ name, size }) => ({ name, size }))).toEqual([
        { name: 'an é.txt', size: 5 },
      ]);
      expect(await download(client, 'deep/an é.txt')).toBe('hello');
      await vi.waitFor(() => expect(server.transfers()).toHaveLength(1));
      await client.remove('deep/an é.txt');
      expect(existsSync(file)).toBe(false);
      await expect(login({ ...accessOf(server), password: 'wrong' })).rejects.toThrow('530');
    });

    test('listens on loopback alone, for data too', async () => {
      const server = await start();
      const client = await login(accessOf(server));
      const { message } = await client.send('PASV');
      const [, high, low] = /\(127,0,0,1,(\d+),(\d+)\)/.exec(message)!;
      const data = Number(high) * 256 + Number(low);
      expect(data).toBeGreaterThanOrEqual(server.passive[0]);
      expect(data).toBeLessThanOrEqual(server.passive[1]);
      for (const port of [server.port, data]) expect(addressesOf(port)).toEqual(['127.0.0.1']);
    });

    test('comes back on its port after a stop and after a kill', async () => {
      const server = await start();
      server.write('kept.txt', 'kept');
      const client = await login(accessOf(server));
      await server.kill9();
      await expect(client.send('NOOP')).rejects.toThrow(/closed|ECONNRESET|EPIPE|FIN/);
      await expect(login(accessOf(server))).rejects.toThrow('ECONNREFUSED');
      await server.start();
      await server.restart();
      expect(await download(await login(accessOf(server)), 'kept.txt')).toBe('kept');
    });

    test.each(['explicit', 'implicit'] as const)(
      'speaks %s TLS with a certificate for loopback',
      async (tls) => {
        const server = await start({ tls });
        server.write('secret.txt', 'secret');
        expect(await download(await login(accessOf(server, { tls })), 'secret.txt')).toBe('secret');
        await expect(login({ ...accessOf(server, { tls }), secureOptions: { ca: [] } })).rejects.toThrow(
          /unable to verify|self-signed|unable to get/,
        );
      },
    );

    test('has a certificate for another host when asked', async () => {
      const server = await start({ tls: 'explicit', certified: 'elsewhere' });
      await expect(login(accessOf(server, { tls: 'explicit' }))).rejects.toThrow(
        'does not match certificate',
      );
    });

    test('can insist that data connections resume the TLS session', async () => {
      const server = await start({ tls: 'explicit', sessionReuse: true });
      server.write('secret.txt', 'secret');
      expect(await download(await login(accessOf(server, { tls: 'explicit' })), 'secret.txt')).toBe('secret');
      const fetch = (...flags: string[]) =>
        run('curl', [
          '--silent', '--ssl-reqd', '--cacert', server.authority!, '--user', `${server.user}:${server.password}`,
          ...flags, `ftp://127.0.0.1:${server.port}/secret.txt`,
        ]); // prettier-ignore
      expect((await fetch()).stdout).toBe('secret');
      await expect(fetch('--no-sessionid')).rejects.toThrow('--no-sessionid');
    });

    test.runIf(product === 'proftpd')('hides MLSD, and hashes files, when asked', async () => {
      const server = await start({ mlsd: false, hashes: true });
      server.write('a.txt', 'abc');
      const client = await login(accessOf(server));
      expect((await client.features()).has('MLST')).toBe(false);
      await expect(client.send('MLSD')).rejects.toThrow(/5\d\d/);
      expect((await client.list()).map(({ name }) => name)).toEqual(['a.txt']);
      const { message } = await client.send('XSHA256 a.txt');
      // SHA-256 of `abc` (FIPS 180-2, appendix B.1).
      expect(message.toLowerCase()).toContain(
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      );
    });
  });
}

const proftpd = await findFtpServer('proftpd');

async function startProftpd(options: FtpServerOptions = {}): Promise<FtpServer> {
  if ('missing' in proftpd) throw new Error(proftpd.missing);
  const server = await proftpd.start(options);
  undo.push(() => server.remove());
  return server;
}

/** How curl goes through a proxy to a server. */
const routes: Record<ProxyKind, (proxy: Proxy, server: FtpServer) => string[]> = {
  http: (proxy, server) => [
    '--proxytunnel',
    '--proxy',
    `http://${loginOf(proxy)}127.0.0.1:${proxy.port}`,
    urlOf(server),
  ],
  socks5: (proxy, server) => ['--proxy', `socks5://${loginOf(proxy)}127.0.0.1:${proxy.port}`, urlOf(server)],
  ftp: (proxy, server) => [
    urlOf({ ...server, user: `${server.user}@127.0.0.1:${server.port}`, port: proxy.port }),
  ],
};

const loginOf = ({ login }: Proxy) => (login ? `${login.user}:${login.password}@` : '');
const urlOf = ({ user, password, port }: Pick<FtpServer, 'user' | 'password' | 'port'>) =>
  `ftp://${encodeURIComponent(user)}:${password}@127.0.0.1:${port}/a.txt`;

for (const kind of ['http', 'socks5', 'ftp'] satisfies ProxyKind[]) {
  const found = await findProxy(kind);
  const missing = 'missing' in found ? found.missing : 'missing' in proftpd ? proftpd.missing : undefined;

  describe.skipIf(missing !== undefined)(
    `${kind} proxy${missing === undefined ? '' : ` (${missing})`}`,
    () => {
      const start = async (login: boolean): Promise<Proxy> => {
        if ('missing' in found) throw new Error(found.missing);
        const proxy = await found.start({ login });
        undo.push(() => proxy.remove());
        return proxy;
      };

      test.each(kind === 'ftp' ? [false] : [false, true])(
        'lets a client through; asks for a login: %s',
        async (login) => {
          const server = await startProftpd();
          server.write('a.txt', 'through');
          const proxy = await start(login);
          expect(addressesOf(proxy.port)).toEqual(['127.0.0.1']);
          const fetch = (proxy: Proxy) => run('curl', ['--silent', ...routes[kind](proxy, server)]);
          expect((await fetch(proxy)).stdout).toBe('through');
          await vi.waitFor(() => expect(proxy.log()).toContain(`127.0.0.1:${server.port}`));
          if (login) await expect(fetch({ ...proxy, login: undefined })).rejects.toThrow('curl');
        },
      );
    },
  );
}

describe.skipIf('missing' in proftpd)('relay', () => {
  const through = async (options: { tls?: 'explicit'; roundTrip?: number }) => {
    const server = await startProftpd({ ...options, masquerade: RELAY_HOST, passivePorts: 20 });
    const relay = await startRelay(server, options);
    undo.push(() => relay.close());
    return { server, relay, access: { ...accessOf(server, options), host: RELAY_HOST } };
  };

  test('relays control and data, on loopback alone, TLS too', async () => {
    const { server, relay, access } = await through({ tls: 'explicit' });
    const text = 'relayed '.repeat(100_000);
    server.write('a.txt', text);
    const client = await login(access);
    expect(await download(client, 'a.txt')).toBe(text);
    expect(relay.delivered).toBeGreaterThan(text.length);
    expect(relay.connections).toBe(1);
    for (const port of [relay.port, ...server.passive])
      expect(addressesOf(port).filter((address) => address !== '127.0.0.1')).toEqual([RELAY_HOST]);
  });

  test('makes the way long, and keeps the order of all that is under way', async () => {
    const { server, access } = await through({ roundTrip: 20 });
    const text = Array.from({ length: 200_000 }, (_, n) => `${n}\n`).join('');
    server.write('a.txt', text);
    const client = await login(access);
    // Never shorter, however slow the machine: what a delay is. A timer may be a little early.
    const timed = async (command: string) => {
      const started = performance.now();
      await client.send(command);
      return performance.now() - started;
    };
    expect(await timed('NOOP')).toBeGreaterThan(17);
    // With what opening the data connection would cost on such a line.
    expect(await timed('EPSV')).toBeGreaterThan(37);
    expect(await download(client, 'a.txt')).toBe(text);
  });

  test('cuts in the middle, stays down, comes up', async () => {
    const { server, relay, access } = await through({});
    server.write('a.txt', 'x'.repeat(1_000_000));
    const client = await login(access);
    const before = relay.delivered;
    relay.cutAfter(500_000);
    await expect(download(client, 'a.txt')).rejects.toThrow(/ECONNRESET|closed/);
    expect(relay.delivered).toBe(before + 500_000);
    relay.down();
    await expect(login(access)).rejects.toThrow(/ECONNRESET|closed/);
    relay.up();
    expect(await download(await login(access), 'a.txt')).toHaveLength(1_000_000);
  });

  test('falls silent, and speaks again', async () => {
    const { relay, access } = await through({});
    const client = await login(access);
    relay.silence();
    let answered = false;
    const answer = client.send('NOOP').then(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(answered).toBe(false);
    relay.speak();
    await answer;
  });
});

const disk = await mountSmallDisk(2);
if ('folder' in disk) await disk.remove();

test.skipIf('missing' in disk)('a small disk is soon full', async () => {
  const small = await mountSmallDisk(2);
  if ('missing' in small) throw new Error(small.missing);
  undo.push(() => small.remove());
  writeFileSync(path.join(small.folder, 'fits'), Buffer.alloc(2 ** 20));
  expect(() => writeFileSync(path.join(small.folder, 'does not'), Buffer.alloc(2 ** 20 + 1))).toThrow(
    'ENOSPC',
  );
});
