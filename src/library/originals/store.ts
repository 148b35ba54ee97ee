import { constants, mkdirSync, rmSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { syncFolder } from '../../files/atomic-write.ts';
import { exists, FolderMaker, place, remove, sha256 } from '../../files/move.ts';

/** A file that is kept: its content's SHA-256, hexadecimal, and its size. */
export interface Original {
  sha256: string;
  bytes: number;
}

/** The source of an original was written to while it was copied. Nothing is kept of it. */
export class ChangedWhileRead extends Error {
  constructor(file: string) {
    super(`${file} changed while it was read; it is taken when nobody writes to it any more`);
    this.name = 'ChangedWhileRead';
  }
}

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
      const { bytes, hash } = await copyVerified(source, draft);
      const target = this.pathOf(hash);
      const folder = path.dirname(target);
      mkdirSync(folder, { recursive: true });
      // Content that is there was verified when it came; the name is its hash.
      await place(draft, target);
      syncFolder(folder);
      return { sha256: hash, bytes };
    } finally {
      remove(draft);
    }
  }

  /** Takes an original away; only for whoever has taken out its row and still holds that lock. */
  discard(hash: string): void {
    remove(this.pathOf(hash));
  }

  /** Removes what copies that were cut off have left; only while nobody keeps anything in this storage. */
  clearIncoming(): void {
    rmSync(path.join(this.folder, 'incoming'), { recursive: true, force: true });
  }
}

/** Copies a file and reads both: the source must not have changed meanwhile, the copy must equal it. */
async function copyVerified(source: string, draft: string): Promise<{ bytes: number; hash: string }> {
  const input = await open(source, 'r');
  try {
    const before = await input.stat({ bigint: true });
    // A file system that can share the blocks does so; it is a copy all the same.
    await copyFile(source, draft, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const copy = await open(draft, 'r+');
    try {
      await copy.chmod(0o444);
      await copy.sync();
    } finally {
      await copy.close();
    }
    const [hash, original] = await Promise.all([sha256(draft), sha256(source)]);
    const after = await input.stat({ bigint: true });
    const same = before.size === after.size && before.mtimeNs === after.mtimeNs && hash === original;
    if (!same) throw new ChangedWhileRead(source);
    return { bytes: Number(after.size), hash };
  } finally {
    await input.close();
  }
}
