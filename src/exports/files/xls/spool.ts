import { randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';

/** Bytes read at once. */
const CHUNK = 256 * 1024;

/** A file without a name, for what has to be written before what comes ahead of it is known; it is gone whenever its process is. */
export class Spool {
  size = 0;
  private readonly file: FileHandle;

  private constructor(file: FileHandle) {
    this.file = file;
  }

  /** `beside`: the file that is made, where there is room for it. */
  static async create(beside: string): Promise<Spool> {
    const path = `${beside}.${randomUUID()}`;
    const file = await open(path, 'wx+');
    await rm(path);
    return new Spool(file);
  }

  async append(bytes: Uint8Array): Promise<void> {
    const at = this.size;
    this.size += bytes.length;
    await this.patch(at, bytes);
  }

  /** Writes over what is there. */
  async patch(position: number, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.file.write(bytes, at, bytes.length - at, position + at);
      at += bytesWritten;
    }
  }

  /** All that was written, in pieces; each is good until the next one. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (let at = 0; at < this.size;) {
      const { bytesRead } = await this.file.read(buffer, 0, Math.min(CHUNK, this.size - at), at);
      if (bytesRead === 0) throw new Error('a temporary file became shorter while it was read');
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
