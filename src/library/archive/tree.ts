import { readdirSync, type Dirent } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isGone } from '../../files/scan.ts';
import { identify, type FileIdentity } from '../../intake/file-identity.ts';
import { BRANCH_FILE, STORY_FILE } from './special.ts';

/** A file as it was seen. */
export interface Seen extends FileIdentity {
  /** Its name. */
  name: string;
  /** Its path below the hotfolder. */
  path: string;
  /** The marker file that says that it is complete. */
  marker?: Seen;
}

/** Something that no task can take, whatever becomes of it. */
export interface Odd {
  path: string;
  what: 'link' | 'name' | 'unreadable' | 'no-file';
  /** A sentence for operators. */
  reason: string;
}

/** A folder of the hotfolder, with what is in it. */
export interface Folder {
  name: string;
  /** Below the hotfolder; empty for the hotfolder itself. */
  path: string;
  /** In the order of their names. */
  files: Seen[];
  folders: Folder[];
  /** Special files, by their names. */
  special: Map<string, Seen>;
  /** Names of special files that are none: links, folders. */
  broken: Set<string>;
}

export interface Tree {
  root: Folder;
  odd: Odd[];
  /** How many files and folders were left alone that have the name of work in progress, and are not hidden. */
  inProgress: number;
}

/** Lets timers and sockets have their turn after so many files. */
const TURN = 2_000;
/** Longer ones do not fit into an index of PostgreSQL. */
const LONGEST_PATH = 2_000;

/**
 * Looks at all that is in a hotfolder. Hidden names, `thumbs.db` and what `isInProgress` says yes to are passed over, but
 * for the special files; links are not followed. What goes away meanwhile is not there. Throws when the hotfolder itself cannot be read.
 */
export async function scanTree(hotfolder: string, isInProgress: (name: string) => boolean): Promise<Tree> {
  const odd: Odd[] = [];
  const root = newFolder('', '');
  const todo = [root];
  let seen = 0;
  let inProgress = 0;
  for (let folder = todo.pop(); folder; folder = todo.pop()) {
    for (const entry of list(hotfolder, folder, odd)) {
      const below = join(folder.path, entry.name);
      const { name } = entry;
      const special = name === BRANCH_FILE || name === STORY_FILE;
      if (!special && (name.startsWith('.') || name.toLowerCase() === 'thumbs.db')) continue;
      if (!special && isInProgress(name)) {
        inProgress += 1;
        continue;
      }
      if (Buffer.byteLength(below) > LONGEST_PATH) {
        const reason = `its path has more than ${LONGEST_PATH} bytes; expected a shorter one`;
        odd.push({ path: shorten(below), what: 'name', reason });
      } else if (entry.isDirectory() && !special) {
        const sub = newFolder(name, below);
        folder.folders.push(sub);
        todo.push(sub);
      } else if (entry.isFile()) {
        const file = statEntry(hotfolder, below, odd);
        if (file && special) folder.special.set(name, file);
        else if (file) folder.files.push(file);
        if (++seen % TURN === 0) await setImmediate();
      } else {
        odd.push(describe(below, entry));
        if (special) folder.broken.add(name);
      }
    }
    folder.files.sort(byName);
    folder.folders.sort(byName);
  }
  return { root, odd, inProgress };
}

function newFolder(name: string, below: string): Folder {
  return { name, path: below, files: [], folders: [], special: new Map(), broken: new Set() };
}

function list(hotfolder: string, { path: below }: Folder, odd: Odd[]): Dirent[] {
  try {
    return readdirSync(path.join(hotfolder, below), { withFileTypes: true });
  } catch (error) {
    // Without the hotfolder the task waits; that is for whoever looks there.
    if (below === '') throw error;
    if (!isGone(error)) odd.push(unreadable(below, error));
    return [];
  }
}

function statEntry(hotfolder: string, below: string, odd: Odd[]): Seen | undefined {
  try {
    const found = identify(path.join(hotfolder, below));
    if (found) return { name: path.basename(below), path: below, ...found };
    // Names that are no UTF-8 are read with this mark, under which there is no file.
    if (below.includes('\uFFFD')) {
      const reason = 'its name is not in UTF-8; expected it to be: rename it';
      odd.push({ path: below, what: 'name', reason });
    }
  } catch (error) {
    odd.push(unreadable(below, error));
  }
  return undefined;
}

function unreadable(below: string, error: unknown): Odd {
  return { path: below, what: 'unreadable', reason: `it cannot be read: ${(error as Error).message}` };
}

function describe(below: string, entry: Dirent): Odd {
  if (!entry.isSymbolicLink())
    return { path: below, what: 'no-file', reason: 'it is neither a file nor a folder' };
  return {
    path: below,
    what: 'link',
    reason: 'it is a symbolic link, and those are not followed; expected the file itself',
  };
}

const join = (folder: string, name: string) => (folder === '' ? name : `${folder}/${name}`);
const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
const shorten = (below: string) => `${Buffer.from(below).subarray(0, 1_000).toString()}…`;
