import { mkdirSync } from 'node:fs';
import path from 'node:path';
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
  close(): Promise<void>;
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
  const all = await Promise.allSettled([startFtp(), startSshd(), startSql(), startMail()]);
  const failed = all.find((each) => each.status === 'rejected');
  if (failed) {
    await close();
    throw failed.reason;
  }
  const [ftp, sshd, mariadb, mail] = all.map((each) => (each as PromiseFulfilledResult<unknown>).value);
  return { ftp, sshd, mariadb, mail, close } as Servers;
}
