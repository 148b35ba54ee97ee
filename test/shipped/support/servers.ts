import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { openMailServer, type TestMailServer } from '../../exports/delivery/support/smtp-server.ts';
import { findSshd, type Sshd } from '../../exports/delivery/support/sshd.ts';
import { findMariadb, startMariadb, type TestMariadb } from '../../support/mariadb.ts';
import type { Missing } from '../../transfer/support/debian-packages.ts';
import { findFtpServer, type FtpServer } from '../../transfer/support/ftp-servers.ts';

/** The real servers that the installation works with, or why one is not to be had here. */
export interface Servers {
  ftp: FtpServer | Missing;
  sshd: Sshd | Missing;
  mariadb: TestMariadb | Missing;
  mail: TestMailServer;
  web: WebServer;
  close(): Promise<void>;
}

/** A web server that takes files by PUT, from whoever has its token. */
interface WebServer {
  port: number;
  /** By path: `/in/levels_20261120.csv`. */
  files: Map<string, Buffer>;
  close(): Promise<void>;
}

export const webToken = 'a-token-for-the-web-server';

async function startWeb(): Promise<WebServer> {
  const files = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const known = request.headers.authorization === `Bearer ${webToken}`;
      if (known && request.method === 'PUT') files.set(request.url!, Buffer.concat(pieces));
      response.writeHead(known ? 201 : 401).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  if (address !== '127.0.0.1') throw new Error(`the web server listens on ${address}`);
  return { port, files, close: () => promisify(server.close.bind(server))() };
}

/** @param folder for the mail server's certificate. */
export async function startServers(folder: string): Promise<Servers> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => void (await Promise.all(closers.map((each) => each())));
  const opened = <T>(server: T, closing: (server: T) => Promise<unknown>): T => {
    closers.push(() => closing(server));
    return server;
  };
  const certificates = path.join(folder, 'mail-server');
  mkdirSync(certificates);
  const startFtp = async () => {
    const found = await findFtpServer('vsftpd');
    return 'missing' in found ? found : opened(await found.start(), (server) => server.remove());
  };
  const startSshd = async () => {
    const found = await findSshd();
    return 'missing' in found ? found : opened(await found.start(), (server) => server.remove());
  };
  const startSql = async () => {
    const found = await findMariadb();
    return 'missing' in found ? found : opened(await startMariadb(found), (server) => server.stop());
  };
  const startMail = async () => opened(await openMailServer(certificates), (server) => server.close());
  const startOwnWeb = async () => opened(await startWeb(), (server) => server.close());
  const all = await Promise.allSettled([startFtp(), startSshd(), startSql(), startMail(), startOwnWeb()]);
  const failed = all.find((each) => each.status === 'rejected');
  if (failed) {
    await close();
    throw failed.reason;
  }
  const [ftp, sshd, mariadb, mail, web] = all.map((each) => (each as PromiseFulfilledResult<unknown>).value);
  return { ftp, sshd, mariadb, mail, web, close } as Servers;
}
