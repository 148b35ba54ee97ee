import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { exists } from '../../files/move.ts';
import { nameOf, type Folders } from './settings.ts';

/**
 * Sees to it that the folders of a loader can be used. Gives what is missing, as a sentence for the operator,
 * when it cannot: then the task waits.
 *
 * An inbox that is not there is made where that cannot hide a disk that is not mounted: below the
 * installation, or in a folder that exists.
 */
export function prepareFolders(folders: Folders): string | undefined {
  const { inbox, work } = folders;
  const inside = !path.relative(folders.root, inbox).startsWith('..');
  if (!exists(inbox) && !inside && !exists(path.dirname(inbox))) {
    return `the inbox ${inbox} is not there, nor is the folder above it; expected a folder: create it, or mount its disk`;
  }
  for (const folder of [inbox, work]) {
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      return `cannot use ${nameOf(folders, folder)} as a folder: ${(error as Error).message}`;
    }
  }
  if (statSync(inbox).dev !== statSync(work).dev) {
    return `the inbox ${inbox} and the work folder ${work} lie on different disks; expected one: files are claimed by rename`;
  }
  return undefined;
}
