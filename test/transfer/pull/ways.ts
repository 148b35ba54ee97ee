import { afterEach, describe, expect, it } from 'vitest';
import { findFtpServer, type FtpServer } from '../support/ftp-servers.ts';
import type { FtpServerOptions } from '../support/layout.ts';
import { findProxy, type ProxyKind } from '../support/proxies.ts';
import { below } from './below.ts';
import { openPuller, secretOf } from './puller.ts';

const installed = { vsftpd: await findFtpServer('vsftpd'), proftpd: await findFtpServer('proftpd') };
const programs = {
  http: await findProxy('http'),
  socks5: await findProxy('socks5'),
  ftp: await findProxy('ftp'),
};

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (let step = undo.pop(); step; step = undo.pop()) await step();
});

async function start(product: keyof typeof installed, options: FtpServerOptions = {}): Promise<FtpServer> {
  const found = installed[product];
  if ('missing' in found) throw new Error(found.missing);
  const server = await found.start(options);
  undo.push(() => server.remove());
  return server;
}

async function startProxy(kind: ProxyKind, options: { login?: boolean } = {}) {
  const found = programs[kind];
  if ('missing' in found) throw new Error(found.missing);
  const proxy = await found.start(options);
  undo.push(() => proxy.remove());
  return proxy;
}

async function open(server: FtpServer, settings: Record<string, unknown>) {
  const puller = await openPuller(server, settings);
  undo.push(() => puller.close());
  return puller;
}

/** Small ones, one that takes many packets, and one below a folder. */
const sent = Object.fromEntries([
  ...Array.from({ length: 30 }, (_, n) => [`${n}.txt`, `content ${n}`]),
  ['large.bin', 'large'.repeat(700_000)],
  ['deep/er/é.txt', 'deep'],
]) as Record<string, string>;

/** Pulls all that is sent, and finds it here and not there. */
async function pulls(server: FtpServer, settings: Record<string, unknown>): Promise<void> {
  for (const [name, content] of Object.entries(sent)) server.write(name, content);
  const { run, files } = await open(server, settings);
  expect(await run()).toMatchObject({ outcome: 'done', counts: { fetched: 32, deleted: 32, failed: 0 } });
  expect(files()).toEqual(sent);
  expect(below(server.folder)).toEqual([]);
}

interface Ways {
  products: readonly (keyof typeof installed)[];
  tls: readonly ('explicit' | 'implicit')[];
  proxies: readonly ('http' | 'socks5')[];
}

/** Tests that all that is sent is pulled from these servers, in all these ways; or that it is said why not. */
export function pullsInWays({ products, tls, proxies }: Ways): void {
  for (const product of products) {
    describe.skipIf('missing' in installed[product])(`A server of ${product}`, () => {
      describe.each(tls)('with %s TLS', (tls) => {
        it.each([
          { name: 'by its own authority', options: {} },
          { name: 'that insists on resumed sessions', options: { sessionReuse: true } },
        ])('is pulled from $name', async ({ options }) => {
          await pulls(await start(product, { tls, ...options }), { tls, host: 'localhost' });
        });

        it('is pulled from by an IP address that the certificate names', async () => {
          await pulls(await start(product, { tls }), { tls });
        });

        it('is not trusted without its authority', async () => {
          const { run, files } = await open(await start(product, { tls }), { tls, ca: undefined });
          const report = await run();
          expect(report.outcome).toBe('waiting');
          expect(report.note).toMatch(
            /127\.0\.0\.1:\d+ shows a certificate that is not trusted \(.+\)\. Set host .* ca /,
          );
          expect(files()).toEqual({});
        });

        it('is not trusted with a certificate for another host', async () => {
          const server = await start(product, { tls, certified: 'elsewhere' });
          server.write('a.txt', 'a');
          const { run } = await open(server, { tls, host: 'localhost' });
          const report = await run();
          expect(report).toMatchObject({ outcome: 'waiting', counts: { fetched: 0 } });
          expect(report.note).toMatch(/not trusted \(.*ftp\.example\.org/);
          expect(below(server.folder)).toEqual(['a.txt']);
        });
      });

      it('without TLS is not sent a password when TLS is wanted', async () => {
        const server = await start(product);
        const { run } = await open(server, { tls: 'explicit' });
        expect((await run()).note).toMatch(
          /offers no TLS: "5\d\d .*"\. Have it switched on there, or set tls to "none"/,
        );
      });

      it.each(['none', 'explicit'] as const)(
        'opens data connections itself when passive is false, TLS %s',
        async (tls) => {
          await pulls(await start(product, { tls }), { tls, passive: false });
        },
      );

      describe.each(proxies)('behind a %s proxy', (type) => {
        it.skipIf('missing' in programs[type]).each([
          { tls: 'none', login: false },
          { tls: 'none', login: true },
          { tls: 'explicit', login: true },
          { tls: 'implicit', login: false },
        ] as const)('is pulled from, TLS $tls, login $login', async ({ tls, login }) => {
          const server = await start(product, { tls, sessionReuse: true });
          const { host, port, login: account, log } = await startProxy(type, { login });
          const user = account && { user: account.user, password: secretOf(account.password) };
          await pulls(server, { tls, host: 'localhost', proxy: { type, host, port, ...user } });
          // The control connection and 32 data connections and more went through it.
          expect(log().split('\n').length).toBeGreaterThan(32);
        });
      });

      it.skipIf('missing' in programs.ftp)('behind an FTP proxy is pulled from', async () => {
        const server = await start(product);
        const { host, port, log } = await startProxy('ftp');
        await pulls(server, { host: 'localhost', proxy: { type: 'ftp', host, port } });
        // toMatch would print the whole log.
        expect(/RETR \S*large\.bin' from/.test(log())).toBe(true);
        expect(log().includes('bogus')).toBe(false);
      });
    });
  }
}
