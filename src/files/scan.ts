import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** A file that waits in the inbox. */
export interface Arrival {
  /** Path below the inbox. */
  name: string;
  bytes: number;
  /** ms since 1970. */
  modified: number;
  /** When name, size or rights last changed: later than `modified` when the file arrived by rename. */
  changed: number;
  inode: number;
}

/** Lets timers and sockets have their turn after so many files. */
const TURN = 2_000;

/**
 * The files below a folder that `takes` says yes to, by path below it, in the order of their paths. Hidden names and symbolic links are passed
 * over. A file or folder that goes away meanwhile is not there.
 */
export async function scan(folder: string, takes: (name: string) => boolean): Promise<Arrival[]> {
  const found: Arrival[] = [];
  const folders = [''];
  for (let under = folders.pop(); under !== undefined; under = folders.pop()) {
    for (const entry of list(path.join(folder, under))) {
      if (entry.name.startsWith('.')) continue;
      const name = under === '' ? entry.name : `${under}/${entry.name}`;
      if (entry.isDirectory()) {
        folders.push(name);
      } else if (entry.isFile() && takes(name)) {
        const arrival = statArrival(folder, name);
        if (arrival) found.push(arrival);
        if (found.length % TURN === 0) await setImmediate();
      }
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function statArrival(folder: string, name: string): Arrival | undefined {
  const stat = lstatSync(path.join(folder, name), { throwIfNoEntry: false });
  if (!stat?.isFile()) return undefined;
  return { name, bytes: stat.size, modified: stat.mtimeMs, changed: stat.ctimeMs, inode: stat.ino };
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Did a call fail because the file or folder is not there (any more)? */
export function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
