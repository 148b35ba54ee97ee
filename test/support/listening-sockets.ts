import { readdirSync, readlinkSync } from 'node:fs';
import { listeningSockets, type ListeningSocket } from '../../src/processes/port-holder.ts';

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

/**
 * On which addresses of this machine somebody listens on TCP port `port`, as `127.0.0.1`; an IPv6 address as
 * /proc/net prints it.
 */
export function addressesOf(port: number): string[] {
  return listeningSockets()
    .filter((socket) => socket.port === port)
    .map(({ address }) => readable(address))
    .sort();
}

/** /proc/net prints a little-endian machine's IPv4 address backwards: 0100007F. */
function readable(address: string): string {
  if (address.length !== 8) return address;
  return [...Buffer.from(address, 'hex').reverse()].join('.');
}
