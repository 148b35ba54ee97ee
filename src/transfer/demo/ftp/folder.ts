import type { Stats } from 'node:fs';
import {
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rmdir,
  unlink,
  type FileHandle,
} from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from './demo-ftp-refusal.ts';

/** A file or folder as a listing tells it. */
export interface Entry {
  name: string;
  folder: boolean;
  bytes: number;
  modified: Date;
}

/** Line breaks and other control characters: no listing can tell such a name. */
const CONTROL = /[\0-\x1f\x7f]/; // eslint-disable-line no-control-regex

/**
 * The folder that clients see as `/`. They name things by absolute paths of it, as `resolve` makes them; symbolic
 * links are not followed and not shown, so that nothing else can be reached.
 */
export class ServedFolder {
  private readonly root: string;

  /** @param root without symbolic links. */
  constructor(root: string) {
    this.root = root;
  }

  async list(at: string): Promise<Entry[]> {
    const folder = await this.inside(at);
    if (!(await this.stat(at)).folder) throw new Refusal(550, 'that is a file');
    const entries: Entry[] = [];
    for (const name of (await readdir(folder)).sort()) {
      const stat = CONTROL.test(name)
        ? undefined
        : await lstat(path.join(folder, name)).catch(() => undefined);
      if (stat?.isFile() || stat?.isDirectory()) entries.push(entryOf(name, stat));
    }
    return entries;
  }

  async stat(at: string): Promise<Entry> {
    const stat = await lstat(await this.inside(at));
    if (!stat.isFile() && !stat.isDirectory()) throw new Refusal(550, 'no such file or folder');
    return entryOf(path.posix.basename(at), stat);
  }

  /** Opens a file that is there for reading. */
  async read(at: string): Promise<FileHandle> {
    if ((await this.stat(at)).folder) throw new Refusal(550, 'that is a folder');
    return open(await this.inside(at), 'r');
  }

  /** Opens a file for writing from the byte `start` on; from 0 it begins anew. */
  async write(at: string, start: number): Promise<FileHandle> {
    const file = await this.inside(at);
    const there = await lstat(file).catch(() => undefined);
    if (there && !there.isFile()) throw new Refusal(550, 'that is no file');
    return open(file, start === 0 ? 'w' : 'r+');
  }

  async remove(at: string): Promise<void> {
    await unlink(await this.inside(at));
  }

  async make(at: string): Promise<void> {
    await mkdir(await this.inside(at));
  }

  async removeFolder(at: string): Promise<void> {
    if (at === '/') throw new Refusal(550, 'that is where all begins');
    await rmdir(await this.inside(at));
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(await this.inside(from), await this.inside(to));
  }

  /** Where it is on the disk; refused when a link would lead elsewhere. */
  private async inside(at: string): Promise<string> {
    if (at === '/') return this.root;
    const above = path.join(this.root, path.posix.dirname(at));
    if ((await realpath(above)) !== above.replace(/(?<=.)\/$/, ''))
      throw new Refusal(550, 'no such file or folder');
    return path.join(above, path.posix.basename(at));
  }
}

/** The absolute path that a client means by `name` when it is in `directory`; `..` does not lead above `/`. */
export function resolve(directory: string, name: string): string {
  if (CONTROL.test(name)) throw new Refusal(553, 'no control characters in names');
  return path.posix.resolve('/', directory, name);
}

function entryOf(name: string, stat: Stats): Entry {
  return { name, folder: stat.isDirectory(), bytes: stat.size, modified: stat.mtime };
}
