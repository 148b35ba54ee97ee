import type { Poll, TaskContext } from '../../task/kind.ts';
import { exists } from '../../files/move.ts';
import { waitingInProgress } from '../../files/in-progress.ts';
import type { Waiting as Count } from '../../task/status.ts';
import { listClaims } from './claim-batch.ts';
import { prepareFolders } from './batch-folders.ts';
import { readRetries } from './batch-incidents.ts';
import { batchFolders, type BatchSettings, type Folders } from './batch-settings.ts';
import { foldersOf, isDue, survey, type Waiting } from './survey-drop.ts';
import { settleBatches } from './watch-batch.ts';

/** Is there a batch to take, one that a dead run left behind, or one that an operator wants to be tried again? */
export async function poll(ctx: TaskContext<BatchSettings>): Promise<Poll> {
  const { settings } = ctx;
  const folders = batchFolders(ctx.config.root, settings);
  const blockedBy = prepareFolders(folders);
  if (blockedBy !== undefined) return { work: false, blockedBy };
  const batches = await survey(folders.drop, settings);
  const work =
    batches.some((batch) => isDue(batch, settings)) ||
    listClaims(folders.work).length > 0 ||
    (await readRetries(ctx.db, ctx.task)).length > 0 ||
    (await settleBatches(ctx));
  return { work, waiting: waitingBatches(batches, folders, settings) };
}

/** What waits in a drop; changes nothing. */
export async function waitingIn({ settings, config }: TaskContext<BatchSettings>): Promise<Count[]> {
  const folders = batchFolders(config.root, settings);
  if (!exists(folders.drop)) return [];
  return waitingBatches(await survey(folders.drop, settings), folders, settings);
}

/** Batches in the drop, and those that are begun, as status shows them. */
export function waitingBatches(
  batches: readonly Waiting[],
  { drop, work }: Pick<Folders, 'drop' | 'work'>,
  settings: Pick<BatchSettings, 'inProgress'>,
): Count[] {
  const begun = listClaims(work).length;
  const oldest = Math.min(...batches.map((batch) => batch.oldest));
  return [
    ...(batches.length === 0
      ? []
      : [{ what: 'batches', count: batches.length, oldest: new Date(oldest).toISOString() }]),
    ...(begun === 0 ? [] : [{ what: 'batches begun', count: begun }]),
    ...waitingInProgress(foldersOf(drop, settings).inProgress.length, 'batches'),
  ];
}
