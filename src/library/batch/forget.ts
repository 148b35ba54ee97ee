import { readdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase } from 'pg';
import { exists, remove } from '../../files/move.ts';
import { forgetReturned } from '../../intake/watched-files.ts';
import { ANSWER_FILE } from './answer/answer-file.ts';
import { forgetBatches, readForgotten } from './batch-ledger.ts';
import { findManifest } from './manifest/find-manifest.ts';
import type { BatchSettings } from './batch-settings.ts';
import { READY_FILE } from './survey-drop.ts';

/**
 * Forgets the batches of a task that were closed more than `keep` ms ago, but for those whose incident is not resolved. Where
 * files of taken batches are not kept, what is left of their folders goes too.
 */
export async function forget(
  db: ClientBase,
  task: string,
  keep: number,
  { keepDone, maxFiles }: Pick<BatchSettings, 'keepDone' | 'maxFiles'>,
): Promise<void> {
  await forgetReturned(db, task, keep);
  const batches = await readForgotten(db, task, keep);
  if (!keepDone) {
    for (const { state, target } of batches)
      if (state === 'done' && target !== null && exists(target)) removeRest(target, maxFiles);
  }
  await forgetBatches(
    db,
    batches.map(({ id }) => id),
  );
}

/** Removes a folder in which nothing but a manifest and its answer is left. */
function removeRest(folder: string, maxFiles: number): void {
  const names = readdirSync(folder);
  const found = findManifest(folder, names, maxFiles);
  const own = [ANSWER_FILE, READY_FILE, ...(found.state === 'good' ? [found.file] : [])];
  if (names.some((name) => !own.includes(name))) return;
  for (const name of names) remove(path.join(folder, name));
  rmdirSync(folder);
}
