import { mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase } from 'pg';
import { syncFolder } from '../../files/atomic-write.ts';
import { exists, remove, sha256 } from '../../files/move.ts';
import { isGone } from '../../files/scan.ts';
import { freeFolderName } from '../../intake/target-names.ts';
import { readAnswer } from './answer/answer.ts';
import { writeAnswer } from './answer/file.ts';
import { leave, type Claim } from './claim.ts';
import { contentsOf } from './contents.ts';
import { moveTarget, readBatch, readFiles, type FileRow } from './ledger.ts';
import type { Folders } from './settings.ts';

/** Where the folder of a batch that ends so would go now. */
export const chooseTarget = ({ done, failed }: Folders, state: 'done' | 'failed', name: string) =>
  freeFolderName(path.join(state === 'done' ? done : failed, name));

/**
 * After a batch is closed: writes its answer into its folder and moves that to where its row says. With `keepDone`
 * false the files whose originals are safe go first. Safe to repeat after a crash at any line.
 */
export async function finish(
  db: ClientBase,
  folders: Folders,
  { id, name, folder }: Claim,
  { keepDone }: { keepDone: boolean },
): Promise<void> {
  const row = await readBatch(db, id);
  if (!row || row.state === 'open') throw new Error(`batch ${id} is moved before it is closed`);
  if (!keepDone) await removeTaken(folder, await readFiles(db, id));
  const answer = await readAnswer(db, id);
  if (answer) writeAnswer(path.dirname(folder), folder, answer);
  let target = row.target ?? chooseTarget(folders, row.state, name);
  while (!moveTo(folder, target)) {
    target = chooseTarget(folders, row.state, name);
    await moveTarget(db, id, target);
  }
  leave(folders.work, id);
}

/** Gives a folder its new name; false when another one has that already. */
function moveTo(folder: string, target: string): boolean {
  mkdirSync(path.dirname(target), { recursive: true });
  if (exists(target)) return false;
  try {
    renameSync(folder, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false;
    throw error;
  }
  syncFolder(path.dirname(target));
  return true;
}

/** Removes the files that are kept as originals, and the folders that are empty then. What has changed since stays. */
async function removeTaken(folder: string, files: readonly FileRow[]): Promise<void> {
  const there = await contentsOf(folder);
  for (const { path: where, disposition, sha256: hash } of files) {
    if (disposition === 'failed' || where === null) continue;
    const file = there.find(where);
    if (!file) continue;
    const full = path.join(folder, file.name);
    if ((await sha256(full)) === hash) remove(full);
  }
  removeEmptyIn(folder);
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
