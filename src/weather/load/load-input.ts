import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { FileIdentity } from '../../intake/file-identity.ts';
import type { Formats } from '../formats/chosen-formats.ts';
import { FileReading } from './file-reading.ts';
import { ItemReader } from './read-item.ts';
import { failedLike, newReading, type Reading } from './reading.ts';
import type { RowBuffer } from './copy-rows.ts';
import type { Stations } from './known-stations.ts';
import type { ReturnedHere } from './watch-loaded.ts';

/** A file to load. */
export interface Input {
  /** Where it stands now, absolute. */
  path: string;
  /** Path below work/; in a rehearsal its name below the inbox. */
  claim: string;
  /** Path below the inbox under which it arrived. */
  name: string;
  bytes: number;
  /** As it was before it is read; absent in a rehearsal. */
  seen?: FileIdentity | undefined;
  /** It was loaded before, and written to after that. */
  returned?: ReturnedHere | undefined;
}

/** A file that was read; its rows wait in a `RowBuffer`. */
export interface ReadFile extends Input {
  sha256: string;
  reading: Reading;
}

/** Errors of a file that will be the same the next time. */
const LASTING = new Set(['EACCES', 'EPERM', 'EISDIR', 'ENAMETOOLONG', 'ELOOP']);

/** Sockets and timers have their turn after so many ms of parsing: the database works on the group before. */
const TURN_MS = 4;

/** Reads files one after the other into `rows`. Files that cannot be read get a failure, like broken ones. */
export async function readFiles(
  inputs: readonly Input[],
  rows: RowBuffer,
  stations: Stations,
  formats: Formats,
): Promise<ReadFile[]> {
  const items = new ItemReader(rows);
  const files: ReadFile[] = [];
  let turn = performance.now();
  for (const input of inputs) {
    files.push(await readOne(input, rows, stations, items, formats));
    if (performance.now() - turn < TURN_MS) continue;
    await setImmediate();
    turn = performance.now();
  }
  return files;
}

async function readOne(
  input: Input,
  rows: RowBuffer,
  stations: Stations,
  items: ItemReader,
  formats: Formats,
): Promise<ReadFile> {
  const start = rows.length;
  const reading = readingOf(input);
  let bytes: Buffer;
  try {
    bytes = readFileSync(input.path);
  } catch (error) {
    return unreadable(input, error);
  }
  const read = { ...input, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  const file = new FileReading(input.name, reading, stations, items);
  const format = formats.ofClaimed(input.name);
  try {
    const reader = format.reader ?? (await format.open());
    await reader.read(bytes, file);
    file.end();
  } catch (error) {
    // No reason to hold up the files after it.
    file.breakOff(format.name, error);
  }
  file.close();
  const { failure } = reading;
  if (failure === undefined || reading.observations.length + reading.aggregates.length === 0)
    return { ...read, reading };
  // It broke off: nothing of it is loaded.
  rows.length = start;
  return { ...read, reading: { ...failedLike(reading), failure } };
}

/** What a file's reading begins with. */
export function readingOf({ returned }: Input): Reading {
  return { ...newReading(), ...(returned ? { before: Number(returned.ref) } : {}) };
}

/** A file that may not be read. Throws the error again when it may be another one the next time. */
export function unreadable(input: Input, error: unknown): ReadFile {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!LASTING.has(code ?? '')) throw error;
  const reading = newReading();
  reading.failure = { what: 'unreadable', reason: `cannot read the file: ${message}` };
  return { ...input, sha256: '', reading };
}
