import { readdirSync, readlinkSync } from 'node:fs';
import { listeningSockets, type ListeningSocket } from '../../src/servers/port-holder.ts';

/** The TCP sockets on which the process `pid` listens (Linux only). */
export function socketsOf(pid: number): ListeningSocket[] {
  const files = readdirSync(`/proc/${pid}/fd`).map((file) => `/proc/${pid}/fd/${file}`);
  const own = new Set(files.map(linkOf));
  return listeningSockets().filter(({ inode }) => own.has(`socket:[${inode}]`));
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    // Closed a moment ago.
    return '';
  }
}
