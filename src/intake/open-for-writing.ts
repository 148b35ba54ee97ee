import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** A file that is about to be taken. */
export interface Candidate {
  /** Absolute, without links in it. */
  path: string;
  inode: number | bigint;
}

export interface OpenForWriting {
  /** Paths of the candidates that a process has open for writing. */
  files: Set<string>;
  /** False when the time was over before all processes were looked at, or there is no /proc: others may be open too. */
  complete: boolean;
}

/** Longest time for all processes together, ms. */
const WITHIN = 1_000;
/** Timers and sockets have their turn after so many ms. */
const TURN = 20;

const WRITING = 0o3;

/**
 * Which of some files does a process of this machine have open for writing? Evidence, no proof: it sees the processes that this user
 * may see (root: all of them), and nothing of writers on other machines (NFS, SMB), or in containers that reach the file
 * over another file system. One pass over /proc, whatever the number of files; none when there are none.
 */
export async function findOpenForWriting(
  candidates: readonly Candidate[],
  { proc = '/proc', within = WITHIN }: { proc?: string; within?: number } = {},
): Promise<OpenForWriting> {
  const found: OpenForWriting = { files: new Set(), complete: true };
  if (candidates.length === 0) return found;
  const wanted = new Wanted(candidates);
  const end = performance.now() + within;
  let turn = performance.now();
  for (const pid of list(proc)) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of list(path.join(proc, pid, 'fd'))) {
      const now = performance.now();
      if (now > end) return { ...found, complete: false };
      if (now - turn > TURN) {
        await setImmediate();
        turn = performance.now();
      }
      const matching = wanted.of(path.join(proc, pid), fd);
      if (matching.length === 0) continue;
      const open = await fileOf(path.join(proc, pid, 'fd', fd), end - now);
      if (open === 'late') return { ...found, complete: false };
      for (const file of matching) if (open && isThat(file, open)) found.files.add(file);
    }
  }
  return { ...found, complete: found.complete && list(proc).length > 0 };
}

/** Candidates by what /proc tells of an open file without a question to its file system, which may hang. */
class Wanted {
  private readonly byInode = new Map<string, string[]>();
  private readonly paths = new Set<string>();
  private readonly all: string[] = [];

  constructor(candidates: readonly Candidate[]) {
    for (const { path: file, inode } of candidates) {
      const key = String(inode);
      const others = this.byInode.get(key);
      if (others) others.push(file);
      else this.byInode.set(key, [file]);
      this.paths.add(file);
      this.all.push(file);
    }
  }

  /** Candidates that an open file of a process may be, when it is open for writing. */
  of(process: string, fd: string): readonly string[] {
    try {
      const target = readlinkSync(path.join(process, 'fd', fd));
      // Sockets, pipes and the like have no path; devices are no candidates.
      if (!target.startsWith('/') || target.startsWith('/dev/') || target.startsWith('/proc/')) return [];
      const info = readFileSync(path.join(process, 'fdinfo', fd), 'latin1');
      const flags = /^flags:\s*(\d+)/m.exec(info);
      if (!flags || (Number.parseInt(flags[1]!, 8) & WRITING) === 0) return [];
      // Linux tells the inode since 5.14.
      const inode = /^ino:\s*(\d+)/m.exec(info);
      if (!inode) return this.all;
      const named = this.paths.has(target) ? [target] : [];
      return [...(this.byInode.get(inode[1]!) ?? []), ...named];
    } catch {
      // Gone, or not for us to see.
      return [];
    }
  }
}

interface Device {
  dev: bigint;
  ino: bigint;
}

async function fileOf(fd: string, within: number): Promise<Device | undefined | 'late'> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      stat(fd, { bigint: true }).catch(() => undefined),
      setTimeout(within, 'late' as const, { signal: timer.signal }),
    ]);
  } finally {
    timer.abort();
  }
}

function isThat(file: string, open: Device): boolean {
  const own = lstatSync(file, { bigint: true, throwIfNoEntry: false });
  return own !== undefined && own.dev === open.dev && own.ino === open.ino;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
