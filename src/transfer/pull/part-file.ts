import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  fdatasync,
  ftruncateSync,
  futimesSync,
  openSync,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';

/** The server sent something else than its listing announced. */
export class FileChanged extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FileChanged';
  }
}

/** Bytes that are written in one go. A file that is no longer is written when it is complete. */
const BLOCK = 2 ** 20;
/** Blocks that wait for the disk; with more the sender is held back. */
const BLOCKS = 4;

const sync = promisify(fdatasync);

/**
 * A file that is being fetched into the work folder. What arrives is hashed while it is written, so what `end` gives
 * is the hash of what was received, and the file is as long as it was announced.
 */
export class PartFile {
  readonly path: string;
  /** Bytes that the file will have. */
  readonly size: number;
  private readonly fd: number;
  private readonly hashes: Map<string, Hash>;
  private block: Buffer;
  private filled = 0;
  /** Bytes that have arrived. */
  private arrived = 0;
  /** Full blocks, the first of them on its way to the disk. */
  private readonly full: Buffer[] = [];
  /** Bytes on disk. */
  private written: number;
  private failure: unknown;
  private readonly waiting: (() => void)[] = [];

  /**
   * Opens a file for `size` bytes. `keep`: how many of those that are there already are good; they are read for
   * their hashes.
   */
  static async open(
    path: string,
    size: number,
    algorithms: readonly string[],
    keep: number,
  ): Promise<PartFile> {
    const part = new PartFile(path, size, algorithms, keep);
    if (keep > 0) {
      try {
        await part.readAgain(keep);
      } catch (error) {
        part.close();
        throw error;
      }
    }
    return part;
  }

  private constructor(path: string, size: number, algorithms: readonly string[], keep: number) {
    this.path = path;
    this.size = size;
    this.hashes = new Map(algorithms.map((name) => [name, createHash(name)]));
    this.block = Buffer.allocUnsafe(Math.min(size - keep, BLOCK));
    this.written = keep;
    this.fd = openSync(path, keep > 0 ? 'r+' : 'w', 0o644);
    if (keep > 0) ftruncateSync(this.fd, keep);
  }

  get position(): number {
    return this.arrived;
  }

  private async readAgain(bytes: number): Promise<void> {
    const stream = createReadStream(this.path, { end: bytes - 1, highWaterMark: BLOCK });
    for await (const chunk of stream) {
      this.update(chunk as Buffer);
      this.arrived += (chunk as Buffer).length;
    }
    if (this.arrived !== bytes)
      throw new Error(`${this.path}: expected ${bytes} bytes, found ${this.arrived}`);
  }

  /** Takes what arrived. A promise asks for a pause until the disk has caught up; throws what the disk said. */
  push(chunk: Buffer): Promise<void> | undefined {
    if (this.failure !== undefined) throw this.failure;
    if (this.arrived + chunk.length > this.size)
      throw new FileChanged(`the server sends more than the ${this.size} bytes that it listed`);
    for (let at = 0; at < chunk.length;) {
      const room = Math.min(chunk.length - at, this.block.length - this.filled);
      chunk.copy(this.block, this.filled, at, at + room);
      at += room;
      this.filled += room;
      this.arrived += room;
      if (this.filled === this.block.length && this.arrived < this.size) this.flush();
    }
    return this.full.length >= BLOCKS ? this.caughtUp(BLOCKS - 1) : undefined;
  }

  /**
   * Ends the file when all has arrived: written, and its time that of the server's file if that is known. Throws
   * `FileChanged` when bytes are missing.
   */
  async end(modified: Date | undefined): Promise<Map<string, string>> {
    if (this.arrived !== this.size)
      throw new FileChanged(`the server sends ${this.arrived} of the ${this.size} bytes that it listed`);
    await this.keep();
    if (modified) futimesSync(this.fd, new Date(), modified);
    return new Map([...this.hashes].map(([name, hash]) => [name, hash.digest('hex')]));
  }

  /** Writes what has arrived so far: a later fetch can go on from there. */
  async keep(): Promise<void> {
    await this.caughtUp(0);
    const rest = this.block.subarray(0, this.filled);
    this.update(rest);
    this.filled = 0;
    this.block = this.block.subarray(rest.length);
    // A disk that is nearly full takes less than all at first; the next call says why.
    for (let done = 0; done < rest.length;)
      done += writeSync(this.fd, rest, done, rest.length - done, this.written + done);
    this.written += rest.length;
  }

  /** Makes the content safe against a power cut, and closes. */
  async sync(): Promise<void> {
    try {
      await sync(this.fd);
    } finally {
      this.close();
    }
  }

  close(): void {
    closeSync(this.fd);
  }

  private update(data: Buffer): void {
    for (const hash of this.hashes.values()) hash.update(data);
  }

  /** Puts a full block into the line for the disk, and goes on with another one. */
  private flush(): void {
    this.update(this.block);
    this.full.push(this.block);
    this.block = Buffer.allocUnsafeSlow(Math.min(this.size - this.arrived, BLOCK));
    this.filled = 0;
    if (this.full.length === 1) this.writeFirst(0);
  }

  /**
   * One block after the other: were two on their way, a kill could leave the second one without the first, and a
   * hole where the next run goes on behind it.
   */
  private writeFirst(done: number): void {
    const block = this.full[0]!;
    write(this.fd, block, done, block.length - done, this.written, (error, bytes) => {
      if (error) {
        this.failure ??= error;
        this.full.length = 0;
      } else {
        this.written += bytes;
        if (done + bytes < block.length) {
          this.writeFirst(done + bytes);
          return;
        }
        this.full.shift();
        if (this.full.length > 0) this.writeFirst(0);
      }
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  /** Waits until no more than so many blocks are left; throws what the disk said. */
  private async caughtUp(most: number): Promise<void> {
    while (this.full.length > most) await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.failure !== undefined) throw this.failure;
  }
}
