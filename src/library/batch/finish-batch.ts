import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { syncFolder } from '../../files/atomic-write.ts';
import { exists } from '../../files/move.ts';
import { freeFolderName } from '../../intake/target-names.ts';
import { readAnswer } from './answer/answer.ts';
import { writeAnswer } from './answer/answer-file.ts';
import { inTransaction } from '../../store/transaction.ts';
import { leave, type Claim } from './claim-batch.ts';
import type { TakeContext } from './batch-context.ts';
import { moveTarget, readBatch, readFiles } from './batch-ledger.ts';
import { removeTaken } from './remove-taken.ts';
import type { Folders } from './batch-settings.ts';
import { READY_FILE } from './survey-drop.ts';
import { watchBatch } from './watch-batch.ts';

/** Where the folder of a batch that ends so would go now. */
export const chooseTarget = ({ done, failed }: Folders, state: 'done' | 'failed', name: string) =>
  freeFolderName(path.join(state === 'done' ? done : failed, name));

/**
 * After a batch is closed: writes its answer into its folder and moves that to where its row says. With `keepDone`
 * false the files whose originals are safe go: at once where its sender said that all is there, else once they are watched no
 * more. Safe to repeat after a crash at any line.
 */
export async function finish(
  { db, task, folders, settings }: Pick<TakeContext, 'db' | 'task' | 'folders' | 'settings'>,
  claim: Claim,
): Promise<void> {
  const { id, name, folder } = claim;
  const row = await readBatch(db, id);
  if (!row || row.state === 'open') throw new Error(`batch ${id} is moved before it is closed`);
  const files = await readFiles(db, id);
  const watching = settings.stableFor > 0 && !exists(path.join(folder, READY_FILE));
  if (!settings.keepDone && !watching) await removeTaken(folder, files);
  const answer = await readAnswer(db, id);
  if (answer) writeAnswer(path.dirname(folder), folder, answer);
  let target = row.target ?? chooseTarget(folders, row.state, name);
  if (watching) await watchBatch(db, task, { claim, target, files, stableFor: settings.stableFor });
  while (!moveTo(folder, target)) {
    target = chooseTarget(folders, row.state, name);
    await inTransaction(db, async () => {
      await moveTarget(db, id, target);
      if (watching) await watchBatch(db, task, { claim, target, files, stableFor: settings.stableFor });
    });
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
