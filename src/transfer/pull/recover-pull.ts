import { readdirSync } from 'node:fs';
import { exists, remove } from '../../files/move.ts';
import { mark, partOf, readMark, type Mark } from './pull-folders.ts';
import type { Ledger, Unplaced } from './pull-ledger.ts';
import { Blocked, syncFolders } from './local-names.ts';
import { putInPlace } from './put-in-place.ts';
import type { Folders } from './pull-settings.ts';

/**
 * Takes up what a run left that died: files that were about to be put in place are, and what no row of the ledger
 * needs goes out of the work folder. Gives how many files were put in place, and the ids of those of which a part is
 * left.
 */
export async function recover(
  ledger: Ledger,
  folders: Folders,
): Promise<{ moved: number; parts: Set<string> }> {
  const found = readMark(folders, ledger.source);
  const moved = await ledger.whilePlacing(folders.local, () => finishPlacing(ledger, folders, found));
  const parts = await cleanUp(ledger, folders, found);
  if (found !== 'ours') mark(folders, ledger.source);
  return { moved, parts };
}

async function finishPlacing(ledger: Ledger, folders: Folders, found: Mark): Promise<number> {
  const targets: string[] = [];
  const placed: string[] = [];
  const again: string[] = [];
  let moved = 0;
  for (const file of await ledger.unfinished()) {
    const at = await finishOne(ledger, folders, file, found);
    if (at === undefined) again.push(file.id);
    else {
      placed.push(file.id);
      targets.push(at.target);
      if (at.moved) moved += 1;
    }
  }
  await syncFolders(folders.local, targets);
  await ledger.placed(placed);
  await ledger.backToSeen(again);
  return moved;
}

/** Where a file is by now; undefined when it has to be fetched again. */
async function finishOne(
  ledger: Ledger,
  folders: Folders,
  file: Unplaced,
  found: Mark,
): Promise<{ target: string; moved: boolean } | undefined> {
  const part = partOf(folders, file.id);
  // A missing part was moved, if this is the folder in which it was. Else: fetched twice rather than lost.
  if (!exists(part)) return found === 'foreign' ? undefined : { target: file.target, moved: false };
  try {
    const { result, target } = await putInPlace(ledger, folders, file, part);
    return { target, moved: result === 'moved' };
  } catch (error) {
    // The part stays; the next fetch finds it complete and says what is in the way.
    if (error instanceof Blocked) return undefined;
    throw error;
  }
}

/**
 * Removes parts of files that are another by now, gone or in place. Those of other tasks that share the folder are
 * in the ledger too. After a power cut a part that was being written may have holes: those go as well.
 */
async function cleanUp(ledger: Ledger, folders: Folders, found: Mark): Promise<Set<string>> {
  const ids = readdirSync(folders.work).flatMap((name) => /^(\d{1,18})\.part$/.exec(name)?.[1] ?? []);
  const rows = await ledger.find(ids);
  const kept = new Set<string>();
  for (const id of ids) {
    const row = rows.get(id);
    const torn = found === 'rebooted' && row?.source === ledger.source.id && row.state === 'seen';
    if (row === undefined || row.state === 'placed' || torn) remove(partOf(folders, id));
    else kept.add(id);
  }
  return kept;
}
