import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { exists } from '../files/move.ts';

/** A folder that an intake uses. */
export interface FolderOfIntake {
  /** What messages call it: `the inbox`. */
  what: string;
  /** Absolute. */
  folder: string;
}

/** A folder of the task's own, made where it is not there. */
export interface FolderBeside {
  folder: string;
  /** What messages call it; its path alone where it has no name of its own. */
  what?: string;
  /** Nobody else has to see what is in it. */
  hidden?: boolean;
  /** Why it must lie on the disk of the folder in which files arrive: `files are claimed by rename`. */
  oneDisk?: string;
}

/**
 * Sees to it that the folder in which files arrive, and those beside it, can be used. Gives what is wrong, as a sentence for
 * the operator, when they cannot: then the task waits.
 *
 * One that is not there is made where that cannot hide a disk that is not mounted: below `root`, the installation, or in a
 * folder that exists.
 */
export function checkFolders(
  root: string,
  { what, folder }: FolderOfIntake,
  beside: readonly FolderBeside[] = [],
): string | undefined {
  if (!exists(folder) && !isWithin(folder, root) && !exists(path.dirname(folder)))
    return `${what} ${folder} is not there, nor is the folder above it; expected a folder: create it, or mount its disk`;
  for (const each of [{ folder }, ...beside]) {
    const fault = makeFolder(each);
    if (fault !== undefined) return fault;
  }
  const disk = statSync(folder).dev;
  for (const { folder: other, what: name, oneDisk } of beside) {
    if (oneDisk === undefined || statSync(other).dev === disk) continue;
    const called = name === undefined ? other : `${name} ${other}`;
    return `${what} ${folder} and ${called} lie on different disks; expected one: ${oneDisk}`;
  }
  return whyUnwritable({ what, folder });
}

/** Why nothing can be moved out of a folder; undefined when it can. */
function whyUnwritable({ what, folder }: FolderOfIntake): string | undefined {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EROFS')
      return `${what} ${folder} lies on a disk that is mounted read-only; expected one that can be written: files are moved out of it`;
    return `${what} ${folder} cannot be written by ${userInfo().username}, the worker's user; expected a folder out of which it may move files: change its owner or its rights`;
  }
}

/** Is a folder another one, or below it? Both absolute. */
export function isWithin(folder: string, parent: string): boolean {
  const below = path.relative(parent, folder);
  return below === '' || (below !== '..' && !below.startsWith(`..${path.sep}`) && !path.isAbsolute(below));
}

function makeFolder({ folder, hidden }: FolderBeside): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, ...(hidden ? { mode: 0o700 } : {}) });
    return undefined;
  } catch (error) {
    return `cannot use ${folder} as a folder: ${(error as Error).message}`;
  }
}
