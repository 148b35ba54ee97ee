import { readFileSync } from 'node:fs';
import path from 'node:path';
import { syncFolder, writeAtomically } from '../../files/atomic-write.ts';
import { isGone } from '../../files/scan.ts';
import { checkFolders } from '../../intake/folder-check.ts';
import type { Folders } from './pull-settings.ts';

/**
 * Sees to it that the folders of a pull can be used. Gives what is missing, as a sentence for the operator, when it
 * cannot: then the task waits.
 */
export function prepareFolders({ root, local, work }: Folders): string | undefined {
  const within = path.relative(local, work);
  if (!within.startsWith('..') && !path.isAbsolute(within) && !within.startsWith('.'))
    return `the work folder ${work} lies within ${local}, where half a file would be taken for one; expected a folder beside it, or one whose name begins with a dot`;
  return checkFolders(root, { what: 'the local folder', folder: local }, [
    {
      folder: work,
      what: 'the work folder',
      oneDisk: `files are put in place by rename: set workPath, to ${path.join(local, '.regie-pull')} for example`,
    },
  ]);
}

/** Where a file stands while it is fetched. */
export function partOf(folders: Folders, id: string): string {
  return path.join(folders.work, `${id}.part`);
}

/**
 * What a work folder says of the run before: `ours`, it was here; `rebooted`, and the machine was started anew since;
 * `foreign`, it was not. A file that is missing in a foreign folder says nothing: another one was set, or its disk is
 * not mounted.
 */
export type Mark = 'ours' | 'rebooted' | 'foreign';

export function readMark(folders: Folders, source: { id: number; mark: string }): Mark {
  const [mark, boot] = (readText(markOf(folders, source.id)) ?? '').split('\n');
  if (mark !== source.mark) return 'foreign';
  return boot === bootId() ? 'ours' : 'rebooted';
}

export function mark(folders: Folders, source: { id: number; mark: string }): void {
  writeAtomically(markOf(folders, source.id), `${source.mark}\n${bootId()}`);
  syncFolder(folders.work);
}

function markOf({ work }: Folders, source: number): string {
  return path.join(work, `source-${source}`);
}

/** Another one after each start of the machine; where the system has none, always the same. */
function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
