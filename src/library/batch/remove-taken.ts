import { readdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { remove, sha256 } from '../../files/move.ts';
import { isGone } from '../../files/scan.ts';
import { contentsOf } from './contents.ts';
import type { FileRow } from './batch-ledger.ts';

/** Removes the files of a batch that are kept as originals, and the folders that are empty then. What has changed since stays. */
export async function removeTaken(folder: string, files: readonly FileRow[]): Promise<void> {
  const there = await contentsOf(folder);
  for (const { path: where, disposition, sha256: hash } of files) {
    if (disposition === 'failed' || where === null || !hash) continue;
    const file = there.find(where);
    if (file) await removeWhenSame(path.join(folder, file.name), hash);
  }
  removeEmptyIn(folder);
}

/** Removes one file of a batch, `name` below its folder, that is kept as an original; not when it has changed since. */
export async function removeTakenFile(folder: string, name: string, hash: string): Promise<void> {
  await removeWhenSame(path.join(folder, name), hash);
  removeEmptyIn(folder);
}

async function removeWhenSame(file: string, hash: string): Promise<void> {
  if ((await sha256(file)) === hash) remove(file);
}

function removeEmptyIn(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const below = path.join(folder, entry.name);
    removeEmptyIn(below);
    try {
      rmdirSync(below);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && !isGone(error)) throw error;
    }
  }
}
