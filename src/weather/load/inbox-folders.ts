import { checkFolders } from '../../intake/folder-check.ts';
import type { Folders } from './load-settings.ts';

/**
 * Sees to it that the folders of a loader can be used. Gives what is missing, as a sentence for the operator,
 * when it cannot: then the task waits.
 */
export function prepareFolders({ root, inbox, work }: Folders): string | undefined {
  return checkFolders(root, { what: 'the inbox', folder: inbox }, [
    { folder: work, what: 'the work folder', oneDisk: 'files are claimed by rename' },
  ]);
}
