import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../../support/ports.ts';
import { give, serverAccount } from './account.ts';
import { startDaemon } from './daemon.ts';
import { makeHome } from './home.ts';
import { unpackDebian, type Missing } from './debian-packages.ts';

/** `http`: CONNECT (tinyproxy); `socks5` (microsocks); `ftp`: `USER user@host:port` (ftp-proxy of the Proxy-Suite). */
export type ProxyKind = 'http' | 'socks5' | 'ftp';

/** A real proxy on 127.0.0.1 that lets everything through to every port. */
export interface Proxy {
  host: '127.0.0.1';
  port: number;
  /** Where it asks for a login: HTTP basic, or RFC 1929 for SOCKS. An FTP proxy has none. */
  login: { user: string; password: string } | undefined;
  /** Who asked for what, in the proxy's own words. */
  log(): string;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
}

interface InstalledProxy {
  start(options?: { login?: boolean }): Promise<Proxy>;
}

interface Setting {
  home: string;
  port: number;
  login: Proxy['login'];
}

interface Product {
  packages: string[];
  program: string;
  /** Writes a configuration into `home` where it needs one; gives the arguments. */
  configure(setting: Setting): string[];
}

const products: Record<ProxyKind, Product> = {
  http: {
    packages: ['tinyproxy-bin'],
    program: 'tinyproxy',
    configure({ home, port, login }) {
      const lines = [
        `Port ${port}`,
        'Listen 127.0.0.1',
        'Timeout 600',
        'MaxClients 100',
        'Allow 127.0.0.1',
        'LogLevel Info',
        `LogFile "${logOf(home)}"`,
        // No ConnectPort: CONNECT to every port is allowed, which passive FTP needs.
        ...(login ? [`BasicAuth ${login.user} ${login.password}`] : []),
      ];
      return ['-d', '-c', write(home, 'tinyproxy.conf', lines)];
    },
  },
  socks5: {
    packages: ['microsocks'],
    program: 'microsocks',
    configure: ({ port, login }) => [
      '-i',
      '127.0.0.1',
      '-p',
      String(port),
      ...(login ? ['-u', login.user, '-P', login.password] : []),
    ],
  },
  ftp: {
    packages: ['ftp-proxy'],
    program: 'ftp-proxy',
    configure({ home, port }) {
      const lines = [
        'Listen 127.0.0.1',
        `Port ${port}`,
        'AllowMagicUser yes',
        'DestinationAddress localhost',
        'DestinationTransferMode passive',
        'ServerType standalone',
        'SameAddress yes',
        'ForkLimit 10000',
        `LogDestination ${logOf(home)}`,
        'LogLevel INF',
        `PidFile ${path.join(home, 'pid')}`,
      ];
      // In the foreground, or nobody could end it.
      return ['-d', '-n', '-f', write(home, 'ftp-proxy.conf', lines)];
    },
  },
};

/** A proxy of the distribution's packages, or a sentence that says why there is none. */
export async function findProxy(kind: ProxyKind): Promise<InstalledProxy | Missing> {
  const { packages, program, configure } = products[kind];
  const unpacked = await unpackDebian(program, packages);
  if ('missing' in unpacked) return unpacked;
  return {
    async start({ login: asks = false } = {}) {
      const account = serverAccount();
      const home = makeHome(program);
      const port = await freePort();
      const login = asks ? { user: 'pat', password: randomBytes(9).toString('hex') } : undefined;
      const args = configure({ home, port, login });
      give(account, home);
      const daemon = await startDaemon(
        {
          program: unpacked.program(program),
          args,
          env: unpacked.env,
          account,
          port,
        },
        home,
      );
      return {
        host: '127.0.0.1',
        port,
        login,
        log: () => (existsSync(logOf(home)) ? readFileSync(logOf(home), 'utf8') : daemon.output),
        start: () => daemon.start(),
        stop: () => daemon.stop(),
        kill9: () => daemon.kill9(),
        async remove() {
          await daemon.kill9();
          rmSync(home, { recursive: true });
        },
      };
    },
  };
}

const logOf = (home: string) => path.join(home, 'log');

function write(home: string, name: string, lines: readonly string[]): string {
  const file = path.join(home, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
