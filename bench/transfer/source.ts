import { randomFillSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FtpServer } from '../../test/transfer/support/ftp-servers.ts';
import type { FileSet, Way } from './cases.ts';

/** What is fetched, from where and how. */
export interface Source {
  server: FtpServer;
  /** The server's, or the relay's before it. */
  host: string;
  tls: Way['tls'];
  set: FileSet;
  /** How many connections may carry files at once. */
  connections: number;
}

/** Puts the files of a set into the server's folder; no two are alike. */
export function fillServer(server: FtpServer, { name, files, bytes }: FileSet): void {
  const folder = path.join(server.folder, name);
  mkdirSync(folder);
  const content = Buffer.alloc(bytes);
  for (let file = 1; file <= files; file += 1)
    writeFileSync(path.join(folder, `picture-${String(file).padStart(4, '0')}.dat`), randomFillSync(content));
  server.adopt();
}
