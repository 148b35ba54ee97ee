import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { inTransaction } from '../../store/transaction.ts';
import { sha256 } from '../../files/move.ts';
import { ChunkWriter } from '../load/chunk-writer.ts';
import { settleOutcomes, storeGroup, type StoreContext } from '../load/group.ts';
import type { Input, ReadFile } from '../load/input.ts';
import type { OnChunk } from '../load/large-file.ts';
import type { FileOutcome } from '../load/outcome.ts';
import { ItemReader } from '../load/read-item.ts';
import { failedLike, newReading } from '../load/reading.ts';
import { RowBuffer } from '../load/rows.ts';
import type { Stations } from '../load/stations.ts';
import { lockLoaders, takeFileIds } from '../load/write.ts';
import { brokenText, parsing } from './read-text.ts';
import type { TextFile, TextFormat } from './text-format.ts';

/** Cut into cells in one go, between turns of sockets and timers. */
const PIECE = 2 ** 16;

/** Thrown to roll back what a file brought before it broke off; its reading says why. */
class BrokenOff extends Error {}

/**
 * Loads a file of lines and cells that is too large for the memory, in one transaction, chunk by chunk. One that
 * breaks off leaves nothing in the database but the word of its failure.
 */
export async function storeLargeText(
  context: StoreContext,
  input: Input,
  stations: Stations,
  format: TextFormat,
  onChunk: OnChunk,
): Promise<FileOutcome> {
  const file: ReadFile = { ...input, sha256: await sha256(input.path), reading: newReading() };
  let chunks: ChunkWriter | undefined;
  try {
    return await inTransaction(context.db, async () => {
      await lockLoaders(context.db);
      const ids = await takeFileIds(context.db, 1);
      chunks = new ChunkWriter(context, file.reading, ids[0]!);
      const { name, reading } = file;
      await readRecords(
        input.path,
        { name, reading, stations, items: new ItemReader(chunks.rows) },
        format,
        chunks,
        onChunk,
      );
      if (reading.failure) throw new BrokenOff(reading.failure.reason);
      await chunks.end();
      return (await settleOutcomes(context, [file], ids))[0]!;
    });
  } catch (error) {
    chunks?.forget();
    if (!(error instanceof BrokenOff)) throw error;
    const { failure } = file.reading;
    const failed = { ...file, reading: { ...failedLike(file.reading), ...(failure ? { failure } : {}) } };
    return (await storeGroup(context, [failed], new RowBuffer()))[0]!;
  }
}

async function readRecords(
  path: string,
  file: TextFile,
  { csv, open }: TextFormat,
  chunks: ChunkWriter,
  onChunk: OnChunk,
): Promise<void> {
  const reader = open(file);
  const parser = parse({ ...parsing(csv), info: true });
  // What fails there is thrown by the loop over the parser.
  pipeline(createReadStream(path, { highWaterMark: PIECE }), parser).catch(() => undefined);
  let records = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      reader.read(record, info.lines);
      if (file.reading.failure) break;
      records += 1;
      if (!chunks.isFull()) continue;
      await chunks.flush();
      await onChunk(records);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    file.reading.failure = brokenText(error);
  }
  reader.end();
  await onChunk(records);
}
