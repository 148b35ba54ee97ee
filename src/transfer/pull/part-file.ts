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
/** Written at once: that takes less time than to have it done by a thread. */
const SMALL = 2 ** 16;
/** Blocks that wait for the disk; with more the sender is held back. */
const BLOCKS = 4;

/** Where bytes land that nobody wants. */
const BEYOND = Buffer.alloc(1);

const sync = promisify(fdatasync);

/** So many bytes are sent to the disk for good while others arrive: the end has not to wait for all of them. */
const SYNC_EVERY = 16 * 2 ** 20;

/**
 * A file that is being fetched into the work folder. Where a hash is asked for what arrives is hashed on its way, so
 * `end` gives the hash of what was received.
 */
export class PartFile {
  readonly path: string;
  /** Bytes that the file will have. */
  readonly size: number;
  private readonly fd: number;
  private readonly hash: Hash | undefined;
  private block: Buffer;
  private filled = 0;
  /** Bytes that have arrived. */
  private arrived: number;
  /** Full blocks, the first of them on its way to the disk. */
  private readonly full: Buffer[] = [];
  /** Bytes that the file has. */
  private written: number;
  /** Of those, what was sent to the disk for good. */
  private synced: number;
  private syncing: Promise<unknown> = Promise.resolve();
  private failure: unknown;
  private readonly waiting: (() => void)[] = [];

  /**
   * Opens a file for `size` bytes. `keep`: how many of those that are there already are good; for a hash they are
   * read again.
   */
  static async open(
    path: string,
    size: number,
    algorithm: string | undefined,
    keep: number,
  ): Promise<PartFile> {
    const part = new PartFile(path, size, algorithm, keep);
    if (keep > 0 && algorithm !== undefined) {
      try {
        await part.readAgain(keep);
      } catch (error) {
        await part.abandon();
        throw error;
      }
    }
    return part;
  }

  private constructor(path: string, size: number, algorithm: string | undefined, keep: number) {
    this.path = path;
    this.size = size;
    this.hash = algorithm === undefined ? undefined : createHash(algorithm);
    this.block = newBlock(size - keep);
    this.arrived = keep;
    this.written = keep;
    this.synced = keep;
    this.fd = openSync(path, keep > 0 ? 'r+' : 'w', 0o644);
    if (keep > 0) ftruncateSync(this.fd, keep);
  }

  get position(): number {
    return this.arrived;
  }

  /** Bytes that are not on disk yet. */
  get missing(): number {
    return this.size - this.written;
  }

  private async readAgain(bytes: number): Promise<void> {
    for await (const chunk of createReadStream(this.path, { end: bytes - 1, highWaterMark: BLOCK }))
      this.hash!.update(chunk as Buffer);
  }

  /** Takes what arrived. A promise asks for a pause until the disk has caught up; throws what the disk said. */
  take(chunk: Buffer): Promise<void> | undefined {
    let pause: Promise<void> | undefined;
    for (let at = 0; at < chunk.length;) {
      const bytes = chunk.copy(this.space(), 0, at);
      pause = this.landed(bytes);
      at += bytes;
    }
    return pause;
  }

  /** Where the next bytes go. Behind the end there is room as well: a server that sends more is to be noticed. */
  space(): Buffer {
    return this.arrived < this.size ? this.block.subarray(this.filled) : BEYOND;
  }

  /** Takes so many bytes that are in `space()` now; otherwise as `take`. */
  landed(bytes: number): Promise<void> | undefined {
    if (this.failure !== undefined) throw this.failure;
    if (this.arrived === this.size)
      throw new FileChanged(`the server sends more than the ${this.size} bytes that it listed`);
    this.filled += bytes;
    this.arrived += bytes;
    if (this.filled === this.block.length && this.arrived < this.size) this.flush();
    return this.full.length >= BLOCKS ? this.caughtUp(BLOCKS - 1) : undefined;
  }

  /**
   * Ends the file when all has arrived: written, and its time that of the server's file if that is known. Throws
   * `FileChanged` when bytes are missing.
   */
  async end(modified: Date | undefined): Promise<string | undefined> {
    if (this.arrived !== this.size)
      throw new FileChanged(`the server sends ${this.arrived} of the ${this.size} bytes that it listed`);
    await this.writeRest();
    if (modified) futimesSync(this.fd, new Date(), modified);
    return this.hash?.digest('hex');
  }

  /** Makes the content safe against a power cut, and closes. */
  async sync(): Promise<void> {
    try {
      await this.syncing;
      // The system tells an error of the disk once only, and it may have been an early one.
      if (this.failure !== undefined) throw this.failure;
      await sync(this.fd);
    } finally {
      closeSync(this.fd);
    }
  }

  /** Writes what has arrived so far, from where a later fetch can go on, and closes. */
  async abandon(): Promise<void> {
    // It is given up already, whatever the disk says now.
    await this.writeRest().catch(() => undefined);
    await this.syncing;
    closeSync(this.fd);
  }

  private async writeRest(): Promise<void> {
    await this.caughtUp(0);
    const rest = this.block.subarray(0, this.filled);
    this.block = this.block.subarray(this.filled);
    this.filled = 0;
    this.hash?.update(rest);
    if (rest.length > SMALL) {
      this.full.push(rest);
      this.writeFirst(0);
      await this.caughtUp(0);
      return;
    }
    // A disk that is nearly full takes less than all at first; the next call says why.
    for (let done = 0; done < rest.length;)
      done += writeSync(this.fd, rest, done, rest.length - done, this.written + done);
    this.written += rest.length;
  }

  /** Puts a full block into the line for the disk, and goes on with another one. */
  private flush(): void {
    this.hash?.update(this.block);
    this.full.push(this.block);
    this.block = newBlock(this.size - this.arrived);
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
        recycle(this.full.shift()!);
        if (this.written - this.synced >= SYNC_EVERY) this.syncEarly();
        if (this.full.length > 0) this.writeFirst(0);
      }
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  private syncEarly(): void {
    this.synced = this.written;
    this.syncing = this.syncing.then(() => sync(this.fd));
    // Told by the last one.
    this.syncing = this.syncing.catch((error: unknown) => (this.failure ??= error));
  }

  /** Waits until no more than so many blocks are left; throws what the disk said. */
  private async caughtUp(most: number): Promise<void> {
    while (this.full.length > most) await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.failure !== undefined) throw this.failure;
  }
}

/** Blocks of files that are written: memory that is asked for anew costs as much as filling it. */
const spare: ArrayBufferLike[] = [];
const MOST_SPARE = 64;

/** Memory for so many bytes, or for the first of them. */
function newBlock(bytes: number): Buffer {
  if (bytes < BLOCK) return Buffer.allocUnsafe(bytes);
  return Buffer.from(spare.pop() ?? new ArrayBuffer(BLOCK));
}

function recycle(block: Buffer): void {
  if (block.length === BLOCK && spare.length < MOST_SPARE) spare.push(block.buffer);
}
