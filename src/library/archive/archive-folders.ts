import { lstatSync } from 'node:fs';
import path from 'node:path';
import { checkFolders, isWithin } from '../../intake/folder-check.ts';
import { PermanentError } from '../../task/errors.ts';
import type { Folders } from './archive-settings.ts';
import { BRANCH_FILE } from './special.ts';

/**
 * Sees to it that a hotfolder can be used. Gives what is missing, as a sentence for the operator, when it cannot: then
 * the task waits. A hotfolder that is not there is made where that cannot hide a disk that is not mounted: below the
 * installation, or in a folder that exists. Throws PermanentError `BadSettings` when its folders lie in one another.
 */
export function prepareFolders(folders: Folders, storage: string): string | undefined {
  const { hotfolder, root, archived, refused } = folders;
  for (const [what, folder] of Object.entries({ archived, refused, storage })) {
    if (!isWithin(folder, hotfolder)) continue;
    throw new PermanentError(
      'BadSettings',
      `${what} (${folder}) lies in the hotfolder ${hotfolder}, which would take its files again; expected it elsewhere`,
    );
  }
  const fault = checkFolders(root, { what: 'the hotfolder', folder: hotfolder });
  if (fault !== undefined) return fault;
  const mark = path.join(hotfolder, BRANCH_FILE);
  if (lstatSync(mark, { throwIfNoEntry: false })?.isFile()) return undefined;
  return `no ${BRANCH_FILE} at ${mark}; create one, empty if you like, to say that this is the right folder`;
}
