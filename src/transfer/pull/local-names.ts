import { lstatSync, mkdirSync, renameSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { exists, sha256, withSuffix } from '../../files/move.ts';
import { isGone } from '../../files/scan.ts';

/** Where a file goes. */
export interface LocalTarget {
  /** Absolute. */
  target: string;
  /** A file with this very content is there already. */
  known: boolean;
}

/** A file cannot have its path: something else is in the way. Its message names what. */
export class Blocked extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Blocked';
  }
}

const LONGEST_NAME = 255;
const MOST_SUFFIXES = 10_000;

/** Chooses where files go below a local folder, before they are moved. */
export class TargetNames {
  private readonly local: string;
  /** Targets of files that are not in place yet. */
  private readonly chosen = new Set<string>();
  private readonly made = new Set<string>();

  constructor(local: string) {
    this.local = local;
  }

  /**
   * A place for a file of the server: the same path, or, when another file has that, the next free one with `~1`,
   * `~2` … Content that is there already, in a file of that name, is known. It takes the place of an earlier version that is
   * its beginning. `part`: the file as it was fetched.
   *
   * Throws `Blocked` when a folder of the path is a file or a link: a link could lead out of the local folder.
   */
  async choose(
    file: { path: string; size: number; replaces: string | null },
    part: string,
  ): Promise<LocalTarget> {
    const { replaces } = file;
    if (replaces !== null && !this.chosen.has(replaces) && (await isBeginning(replaces, part))) {
      this.chosen.add(replaces);
      return { target: replaces, known: false };
    }
    const below = path.dirname(file.path);
    const folder = path.join(this.local, below);
    if (!this.made.has(below)) makeFolders(this.local, below);
    this.made.add(below);
    const name = path.basename(file.path);
    for (let n = 0; n < MOST_SUFFIXES; n += 1) {
      const target = path.join(folder, withSuffix(shorten(name, n), n));
      if (this.chosen.has(target)) continue;
      const there = lstatSync(target, { throwIfNoEntry: false });
      const known =
        there?.isFile() === true && there.size === file.size && (await haveSameContent(part, target));
      if (there && !known) continue;
      this.chosen.add(target);
      return { target, known };
    }
    throw new Blocked(`${folder} holds ${MOST_SUFFIXES} files named ${name}; expected fewer: clear it out`);
  }
}

/** False as well when somebody takes the other away meanwhile. */
async function haveSameContent(part: string, other: string): Promise<boolean> {
  try {
    return (await sha256(other)) === (await sha256(part));
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

const PIECE = 2 ** 18;

/** Is a file the beginning of another one, and nothing else? Then it says nothing that the other does not. */
export async function isBeginning(file: string, whole: string): Promise<boolean> {
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (!there?.isFile() || there.size >= (lstatSync(whole, { throwIfNoEntry: false })?.size ?? 0))
    return false;
  let fds: FileHandle[] = [];
  try {
    fds = [await open(file, 'r'), await open(whole, 'r')];
    const [a, b] = [Buffer.alloc(PIECE), Buffer.alloc(PIECE)];
    for (let at = 0; at < there.size;) {
      const length = Math.min(PIECE, there.size - at);
      const read = await Promise.all([fds[0]!.read(a, 0, length, at), fds[1]!.read(b, 0, length, at)]);
      const got = Math.min(...read.map(({ bytesRead }) => bytesRead));
      if (got === 0 || !a.subarray(0, got).equals(b.subarray(0, got))) return false;
      at += got;
    }
    // Whoever wrote to it meanwhile has made it another one.
    return lstatSync(file, { throwIfNoEntry: false })?.size === there.size;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  } finally {
    for (const fd of fds) await fd.close();
  }
}

/** Leaves room for the suffix within the 255 bytes of a name. */
function shorten(name: string, n: number): string {
  const most = LONGEST_NAME - (n === 0 ? 0 : `~${n}`.length);
  const extension = path.extname(name);
  let stem = name.slice(0, name.length - extension.length);
  while (Buffer.byteLength(stem + extension) > most && stem.length > 1)
    // No half of a pair of surrogates is left.
    stem = stem.slice(0, -1).replace(/[\ud800-\udbff]$/, '');
  return stem + extension;
}

/** Makes the folders of a path below `root`, each of which must be a folder itself. */
function makeFolders(root: string, below: string): void {
  let folder = root;
  for (const name of below.split('/')) {
    if (name === '.') continue;
    folder = path.join(folder, name);
    try {
      mkdirSync(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory())
        throw new Blocked(
          `${folder} is no folder, and links are not followed; expected a folder: move it away`,
        );
    }
  }
}

/**
 * Moves a part to its place by rename, which a kill leaves either done or not done: a hard link and a removal after
 * it could leave both names, and the hotfolder's task may take the new one away before the next start. A rename
 * would overwrite: so the name is looked at first, under the lock that all pulls into this folder take.
 *
 * `taken` when something has the name by now; `gone` when there is no part.
 */
export function moveIntoPlace(part: string, local: string, target: string): 'moved' | 'taken' | 'gone' {
  if (exists(target)) return 'taken';
  try {
    renameSync(part, target);
    return 'moved';
  } catch (error) {
    if (!isGone(error)) throw error;
    if (!exists(part)) return 'gone';
  }
  // The hotfolder's task has removed the empty folder meanwhile.
  makeFolders(local, path.relative(local, path.dirname(target)));
  renameSync(part, target);
  return 'moved';
}

/** Makes the names in folders safe against a power cut: in those of the files, and in all above them up to `root`. */
export async function syncFolders(root: string, files: readonly string[]): Promise<void> {
  const folders = new Set([root]);
  for (const file of files) {
    for (let folder = path.dirname(file); folder.length > root.length; folder = path.dirname(folder))
      folders.add(folder);
  }
  await Promise.all([...folders].map(syncOne));
}

async function syncOne(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Emptied and removed by the hotfolder's task.
    if (!isGone(error)) throw error;
  }
}
