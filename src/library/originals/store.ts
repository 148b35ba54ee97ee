import fs, { closeSync, lstatSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { randomUUID } from 'node:crypto';
import { exists, FolderMaker, linkExclusive, remove } from '../../files/move.ts';
import { copyVerified, type Original } from './copy.ts';

/**
 * Originals on a disk: `originals/ab/cd/<sha256>`, written once and never changed; the same content is there once. The
 * table `library.original` says which of them count; a file without a row is left over from a crash and harmless.
 */
export class OriginalStore {
  readonly folder: string;
  private readonly folders = new FolderMaker();

  /** `storage`: the storage's folder, absolute. */
  constructor(storage: string) {
    this.folder = storage;
  }

  /** Where the original of a hash is, or would be. */
  pathOf(hash: string): string {
    return path.join(this.folder, 'originals', hash.slice(0, 2), hash.slice(2, 4), hash);
  }

  has(hash: string): boolean {
    return exists(this.pathOf(hash));
  }

  /**
   * Keeps a copy of `source`, which stays as it is. When this returns, the copy has been read back and found to be what
   * the source is, and copy and name are safe against a power cut. Throws `ChangedWhileRead`, and the errors of the disk.
   */
  async keep(source: string): Promise<Original> {
    const incoming = path.join(this.folder, 'incoming');
    this.folders.make(incoming);
    const draft = path.join(incoming, `${randomUUID()}.part`);
    try {
      const original = await copyVerified(source, draft);
      const target = this.pathOf(original.sha256);
      const folder = path.dirname(target);
      const made = mkdirSync(folder, { recursive: true });
      // Content that is there was verified when it came; the name is its hash.
      await linkExclusive(draft, target);
      await syncNames(folder);
      if (made !== undefined) await syncAbove(folder, path.dirname(made));
      return original;
    } finally {
      remove(draft);
    }
  }

  /** Takes an original away; only for whoever has taken out its row and still holds that lock. */
  discard(hash: string): void {
    remove(this.pathOf(hash));
  }

  /** Removes what copies that were cut off have left: drafts that nobody has written to for a day. */
  sweep(): void {
    const incoming = path.join(this.folder, 'incoming');
    for (const name of exists(incoming) ? readdirSync(incoming) : []) {
      const draft = path.join(incoming, name);
      const stat = lstatSync(draft, { throwIfNoEntry: false });
      if (stat && Date.now() - stat.mtimeMs > DAY) remove(draft);
    }
  }
}

const DAY = 86_400_000;

const sync = promisify(fs.fsync);

/** Makes the names in a folder safe against a power cut; meanwhile this process goes on. */
async function syncNames(folder: string): Promise<void> {
  const fd = openSync(folder, 'r');
  try {
    await sync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The same for the folders above one, up to `top`: folders that were made are names in them. */
async function syncAbove(folder: string, top: string): Promise<void> {
  for (let above = folder; above !== top;) {
    above = path.dirname(above);
    await syncNames(above);
  }
}
