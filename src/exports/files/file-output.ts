import { createHash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';

/** A new file that is written from its beginning to its end, and whose digest is made in passing. */
export class Output {
  readonly path: string;
  bytes = 0;
  private readonly file: FileHandle;
  private readonly hash = createHash('sha256');

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.file = file;
  }

  /** @throws {Error} `EEXIST` for a file that is there. */
  static async create(path: string): Promise<Output> {
    return new Output(path, await open(path, 'wx'));
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.hash.update(bytes);
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.file.write(bytes, at);
      at += bytesWritten;
    }
    this.bytes += bytes.length;
  }

  /** Returns when the file is on the disk. */
  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.file.sync();
    await this.file.close();
    return { bytes: this.bytes, sha256: this.hash.digest('hex') };
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    await this.file.close().catch(() => {});
    await rm(this.path, { force: true });
  }
}
