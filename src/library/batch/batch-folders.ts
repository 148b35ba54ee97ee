import { checkFolders } from '../../intake/folder-check.ts';
import type { Folders } from './batch-settings.ts';

/** Sees to it that the folders of a batch task can be used. Gives what is missing, as a sentence for the operator, when it cannot. */
export function prepareFolders({ root, drop, work, incoming, done, failed }: Folders): string | undefined {
  const oneDisk = 'batches are moved by rename';
  return checkFolders(root, { what: 'the drop', folder: drop }, [
    { folder: done, oneDisk },
    { folder: failed, oneDisk },
    { folder: work, hidden: true },
    { folder: incoming, hidden: true },
  ]);
}
