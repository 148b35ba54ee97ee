import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  createReadStream,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
} from 'node:fs';
import path from 'node:path';
import { isGone } from './scan.ts';

/**
 * Errors of `link` where no hard link can be made: a file system without them, or a file of another user
 * that this one may not write (Linux: fs.protected_hardlinks).
 */
const NO_LINK = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** What `place` found at its target. */
export type Linked = 'linked' | 'taken';

/**
 * Gives `source` the name `target`, never over another file; the caller removes the source's old name, which
 * may still be there. `taken` when another file has the name; a repetition after a crash finds its own file
 * there and is content. On another disk the file is copied, made durable and verified before it gets its name.
 */
export async function linkExclusive(source: string, target: string): Promise<Linked> {
  try {
    linkSync(source, target);
    return 'linked';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return (await isSame(source, target)) ? 'linked' : 'taken';
    if (code === 'EXDEV') return copy(source, target);
    if (!NO_LINK.has(code ?? '')) throw error;
  }
  return rename(source, target);
}

/** A rename would overwrite: the name is looked at first. Nobody but the loader writes in these folders. */
function rename(source: string, target: string): Linked {
  if (exists(target)) return 'taken';
  renameSync(source, target);
  return 'linked';
}

async function copy(source: string, target: string): Promise<Linked> {
  if (exists(target)) return (await hasSameContent(source, target)) ? 'linked' : 'taken';
  const draft = path.join(path.dirname(target), `.${path.basename(target).slice(0, 200)}.part`);
  copyFileSync(source, draft);
  const fd = openSync(draft, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  if ((await sha256(draft)) !== (await sha256(source))) {
    rmSync(draft);
    throw new Error(
      `the copy of ${source} in ${path.dirname(target)} differs from it; the original stays in place`,
    );
  }
  const linked = await linkExclusive(draft, target);
  remove(draft);
  return linked;
}

/** The same file, or on another file system a copy of it. Beside its source, equal content is another file. */
async function isSame(source: string, target: string): Promise<boolean> {
  const a = lstatSync(source);
  const b = lstatSync(target);
  if (a.dev === b.dev) return a.ino === b.ino;
  return hasSameContent(source, target);
}

async function hasSameContent(source: string, target: string): Promise<boolean> {
  const there = lstatSync(target);
  if (!there.isFile() || lstatSync(source).size !== there.size) return false;
  return (await sha256(source)) === (await sha256(target));
}

/** SHA-256 of a file, hexadecimal. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

export function exists(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** Removes a name; content when it is gone. */
export function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** `~n`, or another mark, before the extension: `day.json` → `day~1.json`; of 0 the name itself. */
export function withSuffix(name: string, n: number, mark = '~'): string {
  if (n === 0) return name;
  const extension = path.extname(name);
  return `${name.slice(0, name.length - extension.length)}${mark}${n}${extension}`;
}

/** Makes folders once. */
export class FolderMaker {
  private readonly made = new Set<string>();

  make(folder: string): void {
    if (this.made.has(folder)) return;
    mkdirSync(folder, { recursive: true });
    this.made.add(folder);
  }
}
