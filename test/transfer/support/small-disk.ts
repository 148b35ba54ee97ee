import { execFile } from 'node:child_process';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Missing } from './debian-packages.ts';

const run = promisify(execFile);

/** A disk of its own in memory that is soon full. */
export interface SmallDisk {
  /** Where it is mounted. */
  folder: string;
  /** Unmounts it; what is on it is gone, even while somebody has a file of it open. */
  remove(): Promise<void>;
}

/** Mounts a tmpfs of so many MB, or says why it cannot: only root may mount, and not in every container. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk | Missing> {
  if (process.platform !== 'linux') return { missing: 'tmpfs is of Linux' };
  if (process.getuid?.() !== 0) return { missing: 'only root may mount a disk' };
  const folder = await mkdtemp(path.join(tmpdir(), 'regie-small-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'regie-test', folder]);
  } catch (error) {
    await rmdir(folder);
    return { missing: `no disk can be mounted here: ${(error as Error).message.trim().split('\n').at(-1)}` };
  }
  return {
    folder,
    async remove() {
      await run('umount', ['--lazy', folder]);
      await rmdir(folder);
    },
  };
}
