import { createReadStream } from 'node:fs';
import { sha256 } from '../../files/move.ts';
import { inTransaction } from '../../store/transaction.ts';
import { FileChanged } from '../formats/file-changed.ts';
import type { FileOnDisk } from '../formats/format.ts';
import type { ChosenFormat } from '../formats/chosen-formats.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { FileReading } from './file-reading.ts';
import { settleOutcomes, storeGroup, type StoreContext } from './load-group.ts';
import { readingOf, type Input, type ReadFile } from './load-input.ts';
import type { FileOutcome } from './load-outcome.ts';
import { ItemReader } from './read-item.ts';
import { failedLike } from './reading.ts';
import { RowBuffer } from './copy-rows.ts';
import type { Stations } from './known-stations.ts';
import { lockLoaders, takeFileIds } from './write.ts';

const PIECE = 2 ** 20;

/** Called between chunks; throws when the run is to end at once. */
export type OnChunk = (items: number) => Promise<void> | void;

/** Thrown to roll back what a file brought before it failed; its reading says why. */
class BrokenOff extends Error {}

/**
 * Loads a file that is too large for the memory, in one transaction, chunk by chunk. One that fails leaves nothing in the
 * database but the word of its failure. What its format reads before it hands over anything, it reads before the transaction.
 */
export async function storeLargeFile(
  context: StoreContext,
  input: Input,
  stations: Stations,
  format: ChosenFormat,
  onChunk: OnChunk,
): Promise<FileOutcome> {
  const file: ReadFile = { ...input, sha256: await sha256(input.path), reading: readingOf(input) };
  const { reading } = file;
  const rows = new RowBuffer();
  const door = new FileReading(input.name, reading, stations, new ItemReader(rows));
  const parts = new Parts(format, new Disk(input), door);
  let chunks: ChunkWriter | undefined;
  try {
    let more = await parts.next();
    return await inTransaction(context.db, async () => {
      await lockLoaders(context.db);
      const ids = await takeFileIds(context.db, 1);
      chunks = new ChunkWriter(context, rows, reading, ids[0]!);
      for (; more; more = await parts.next()) {
        if (!chunks.isFull()) continue;
        await chunks.flush();
        await onChunk(door.pieces);
      }
      if (reading.failure) throw new BrokenOff(reading.failure.reason);
      await chunks.end();
      await onChunk(door.pieces);
      return (await settleOutcomes(context, [file], ids))[0]!;
    });
  } catch (error) {
    chunks?.forget();
    if (!(error instanceof BrokenOff)) throw error;
    const { failure } = reading;
    const failed = { ...file, reading: { ...failedLike(reading), ...(failure ? { failure } : {}) } };
    return (await storeGroup(context, [failed], new RowBuffer()))[0]!;
  } finally {
    await parts.close();
  }
}

/** What a format reads of a file, part by part. */
class Parts {
  private readonly format: ChosenFormat;
  private readonly disk: Disk;
  private readonly file: FileReading;
  private parts: AsyncIterator<unknown> | undefined;

  constructor(format: ChosenFormat, disk: Disk, file: FileReading) {
    this.format = format;
    this.disk = disk;
    this.file = file;
  }

  /** Has the next part read; false when there is none, or the file has failed. Throws only what another try may mend. */
  async next(): Promise<boolean> {
    const { file, disk } = this;
    try {
      this.parts ??= await this.begin();
      const done = this.parts === undefined || (await this.parts.next()).done === true;
      if (disk.fault === undefined && done) file.end();
      if (disk.fault === undefined) return !done && !file.failed;
    } catch (error) {
      if (error instanceof FileChanged) throw error;
      if (disk.fault === undefined) file.breakOff(this.format.name, error);
    }
    // Whatever its reader made of it.
    if (disk.fault !== undefined) throw disk.fault;
    return false;
  }

  /** Lets the reader close what it has open. */
  async close(): Promise<void> {
    this.file.close();
    try {
      await this.parts?.return?.();
    } catch {
      // It has said what it had to say.
    }
  }

  private async begin(): Promise<AsyncIterator<unknown> | undefined> {
    const { format, disk, file } = this;
    const reader = format.reader ?? (await format.open());
    if (reader.stream) return reader.stream(disk, file)[Symbol.asyncIterator]();
    file.fail(
      'too-large',
      `the format "${format.name}" reads only whole files, and this one of ${disk.bytes} bytes is to be read in pieces; ` +
        `expected at most streamBytes of the task${format.weight === 1 ? '' : ` ÷ ${format.weight}`}: raise it, ` +
        'then `regie weather retry`',
    );
    return undefined;
  }
}

class Disk implements FileOnDisk {
  readonly path: string;
  readonly bytes: number;
  /** Why it could not be read. */
  fault: unknown;

  constructor({ path, bytes }: Input) {
    this.path = path;
    this.bytes = bytes;
  }

  async *pieces(size = PIECE): AsyncGenerator<Buffer> {
    const stream = createReadStream(this.path, { highWaterMark: size });
    try {
      for await (const piece of stream) yield piece as Buffer;
    } catch (error) {
      this.fault ??= error;
      throw error;
    }
  }
}
