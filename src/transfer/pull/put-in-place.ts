import { renameSync } from 'node:fs';
import { remove } from '../../files/move.ts';
import type { Ledger, Unplaced } from './pull-ledger.ts';
import { isBeginning, moveIntoPlace, TargetNames } from './local-names.ts';
import type { Folders } from './pull-settings.ts';

/**
 * Moves a part to where its row says that it goes. `known`: the same content is there already, and the part is
 * removed. An earlier version that is the beginning of this one is replaced. `gone`: there is no part. Throws `Blocked` as `Places` does.
 */
export async function putInPlace(
  ledger: Ledger,
  folders: Folders,
  file: Unplaced,
  part: string,
): Promise<{ result: 'moved' | 'known' | 'gone'; target: string }> {
  let { target } = file;
  for (;;) {
    const result = moveIntoPlace(part, folders.local, target);
    if (result !== 'taken') return { result, target };
    if (target === file.replaces && (await isBeginning(target, part))) {
      // The name never goes away: whoever looks finds one of the two, whole.
      renameSync(part, target);
      return { result: 'moved', target };
    }
    const chosen = await new TargetNames(folders.local).choose(file, part);
    target = chosen.target;
    await ledger.placing([{ ...chosen, id: file.id, hash: file.hash }]);
    if (!chosen.known) continue;
    remove(part);
    return { result: 'known', target };
  }
}
