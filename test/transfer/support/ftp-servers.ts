import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../../support/ports.ts';
import { give, serverAccount } from './account.ts';
import { certify, loopbackNames } from './certificates.ts';
import { Daemon } from './daemon.ts';
import { unpackDebian, type Missing, type Unpacked } from './debian-packages.ts';
import { makeHome } from './home.ts';
import type { FtpServerOptions, Layout } from './layout.ts';
import { reservePassivePorts } from './passive-ports.ts';
import { configureProftpd } from './proftpd.ts';
import { configureVsftpd } from './vsftpd.ts';

export type FtpProduct = 'vsftpd' | 'proftpd';

/** A real FTP server on 127.0.0.1 with one user and a folder of its own. */
export interface FtpServer {
  product: FtpProduct;
  host: '127.0.0.1';
  port: number;
  user: string;
  password: string;
  /** The folder that it serves, on this machine's disk. */
  folder: string;
  /** The same as clients name it and begin in: proftpd locks them in, vsftpd of an ordinary user cannot. */
  directory: string;
  /** First and last port of data connections. */
  passive: readonly [first: number, last: number];
  /** With TLS: PEM file of the authority that a client has to trust. */
  authority: string | undefined;
  /** Puts a file below the folder, as the server's own account would: a client may delete it. */
  write(name: string, content: string | Uint8Array): string;
  /** Gives all that is in the folder to the server's account. */
  adopt(): void;
  start(): Promise<void>;
  /** Ends the server and its connections; the folder stays. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  restart(): Promise<void>;
  /** Its log of transfers (xferlog(5)), line by line. */
  transfers(): string[];
  /** Stops it and removes the folder. */
  remove(): Promise<void>;
}

/** What makes a server of a product. */
interface Installed {
  product: FtpProduct;
  /** Starts one with a fresh folder, user and password. */
  start(options?: FtpServerOptions): Promise<FtpServer>;
}

/** Writes the configuration; gives the arguments of the server program. */
type Configure = (layout: Layout) => string[];

interface Product {
  packages: string[];
  configure: Configure;
  user: string;
  locksIn: boolean;
}

const products = {
  vsftpd: { packages: ['vsftpd'], configure: configureVsftpd, user: 'ftp', locksIn: false },
  proftpd: {
    packages: ['proftpd-core', 'proftpd-mod-crypto', 'proftpd-mod-vroot'],
    configure: configureProftpd,
    user: 'pat',
    locksIn: true,
  },
} satisfies Record<FtpProduct, Product>;

/** A product of the distribution's packages, or a sentence that says why there is none. */
export async function findFtpServer(product: FtpProduct): Promise<Installed | Missing> {
  const { packages } = products[product];
  const unpacked = await unpackDebian(product, packages);
  if ('missing' in unpacked) return unpacked;
  return { product, start: (options = {}) => start(product, unpacked, options) };
}

async function start(product: FtpProduct, unpacked: Unpacked, options: FtpServerOptions): Promise<FtpServer> {
  const account = serverAccount();
  const home = makeHome(product);
  const folder = path.join(home, 'served');
  mkdirSync(folder);
  const { tls = 'none', certified = 'loopback', passivePorts = 200 } = options;
  const names = certified === 'loopback' ? loopbackNames : ['DNS:ftp.example.org'];
  const ports = await reservePassivePorts(passivePorts);
  const layout: Layout = {
    home,
    folder,
    port: await freePort(),
    user: products[product].user,
    password: randomBytes(9).toString('hex'),
    passive: ports.range,
    log: path.join(home, 'transfers.log'),
    account,
    certificate: tls === 'none' ? undefined : await certify(path.join(home, 'tls'), names),
    unpacked,
    options,
  };
  const args = products[product].configure(layout);
  give(account, home);
  const { port, user, password, passive, certificate, log } = layout;
  const daemon = new Daemon({ program: unpacked.program(product), args, env: unpacked.env, account, port });
  await daemon.start().catch((error: unknown) => {
    ports.free();
    rmSync(home, { recursive: true });
    throw error;
  });
  return {
    product,
    host: '127.0.0.1',
    port,
    user,
    password,
    folder,
    directory: products[product].locksIn ? '/' : folder,
    passive,
    authority: certificate?.authority,
    write(name, content) {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      give(account, path.join(folder, name.split('/')[0]!));
      return file;
    },
    adopt: () => give(account, folder),
    start: () => daemon.start(),
    stop: () => daemon.stop(),
    kill9: () => daemon.kill9(),
    async restart() {
      await daemon.stop();
      await daemon.start();
    },
    transfers: () => readLines(log),
    async remove() {
      await daemon.kill9();
      ports.free();
      rmSync(home, { recursive: true });
    },
  };
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
