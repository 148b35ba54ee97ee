import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { inTransaction } from '../../store/transaction.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { brokenJson, checkMeteor, StationFinder } from './document.ts';
import { settleOutcomes, type StoreContext } from './group.ts';
import type { Input } from './input.ts';
import { JsonWalk } from './json-walk.ts';
import type { FileOutcome } from './outcome.ts';
import { ItemReader } from './read-item.ts';
import { newReading, refuse, type Reading } from './reading.ts';
import { rejected } from './reject.ts';
import { forgetStations, registerStations, type Station, type Stations } from './stations.ts';
import { describePosition, type SyntaxPosition } from './syntax.ts';
import { lockLoaders, takeFileIds } from './write.ts';

const PIECE = 2 ** 20;
/** Bytes read around a syntax error. */
const WINDOW = 2 ** 16;

/** What stands before and after an entry's items. */
interface Entry {
  meteor?: unknown;
  /** `info.json_type` */
  type?: unknown;
  items: number;
}

/** What the first reading of a file finds: everything but the items. */
interface Outline {
  sha256: string;
  /** By place in the file; nothing where no object stands. */
  entries: (Entry | undefined)[];
}

/** Called between chunks; throws when the run is to end at once. */
export type OnChunk = (items: number) => Promise<void> | void;

/**
 * Loads a file too large for the memory, in one transaction: read twice, item by item. The first reading
 * checks the syntax and finds what may stand after an entry's items (`meteor`, `info`), so that nothing of a
 * broken file reaches the database; the second one loads.
 */
export async function storeLargeFile(
  context: StoreContext,
  input: Input,
  stations: Stations,
  onChunk: OnChunk,
): Promise<FileOutcome> {
  const reading = newReading();
  const outline = await readOutline(input.path, reading);
  const station = reading.failure ? undefined : findStation(outline, reading, stations);
  const fresh = station?.id === 0 ? [station] : [];
  const file = { ...input, sha256: outline.sha256, reading };
  return inTransaction(context.db, async () => {
    await lockLoaders(context.db);
    const ids = await takeFileIds(context.db, 1);
    if (station) {
      await registerStations(context.db, context.weather, fresh);
      await storeItems(context, input.path, outline, station, reading, ids[0]!, onChunk);
    }
    const outcomes = await settleOutcomes(context, [file], ids);
    return outcomes[0]!;
  }).catch((error: unknown) => {
    forgetStations(fresh);
    throw error;
  });
}

function findStation({ entries }: Outline, reading: Reading, stations: Stations): Station | undefined {
  const finder = new StationFinder();
  entries.forEach((entry, index) => finder.see(index, entry?.meteor));
  return finder.decide(reading, stations, entries.length);
}

/** First reading: syntax, checksum, and each entry without its items. */
async function readOutline(path: string, reading: Reading): Promise<Outline> {
  const hash = createHash('sha256');
  const entries: (Entry | undefined)[] = [];
  const walk = new EntryWalk((index, key, value) => {
    const entry = (entries[index] ??= { items: 0 });
    if (key === 'item') entry.items += 1;
    else entry[key] = value;
  });
  let wrong: number | undefined;
  for await (const piece of pieces(path)) {
    hash.update(piece);
    wrong ??= walk.feed(piece);
  }
  wrong ??= walk.finish();
  if (wrong !== undefined) reading.failure = brokenJson(await locate(path, wrong));
  return { sha256: hash.digest('hex'), entries };
}

/** Second reading: the items. */
async function storeItems(
  context: StoreContext,
  path: string,
  { entries }: Outline,
  station: Station,
  reading: Reading,
  fileId: number,
  onChunk: OnChunk,
): Promise<void> {
  const good = Array.from(entries, (entry, index) => checkEntry(entry, index, station, reading));
  const chunks = new ChunkWriter(context, reading, fileId);
  const reader = new ItemReader(chunks.rows);
  const next = new Map<number, number>();
  let items = 0;
  const walk = new EntryWalk((entry, key, value) => {
    if (key !== 'item') return;
    const item = next.get(entry) ?? 0;
    next.set(entry, item + 1);
    items += 1;
    if (good[entry]) reader.read({ reading, station, entry, item, type: entries[entry]!.type }, value);
  });
  for await (const piece of pieces(path)) {
    if (walk.feed(piece) !== undefined) throw new Error(`${path} changed while it was read`);
    if (!chunks.isFull()) continue;
    await chunks.flush();
    await onChunk(items);
  }
  await chunks.end();
  await onChunk(items);
}

/** Can the items of an entry be read? Refuses it when not. */
function checkEntry(entry: Entry | undefined, index: number, station: Station, reading: Reading): boolean {
  if (!entry) {
    const expected = 'an object { meteor, info, data }';
    refuse(reading, [rejected({ what: 'not-an-entry', entry: index, expected })]);
    return false;
  }
  if (!checkMeteor(entry.meteor, index, station, reading)) return false;
  if (entry.items === 0) {
    const expected = 'an array of at least one item';
    refuse(reading, [rejected({ what: 'no-data', entry: index, field: 'data', expected })]);
    return false;
  }
  return true;
}

type OnPart = (entry: number, key: 'item' | 'meteor' | 'type', value: unknown) => void;

/** Hands out the parts of a file's entries as they come by. */
class EntryWalk {
  private walk: JsonWalk | undefined;
  private readonly onPart: OnPart;

  constructor(onPart: OnPart) {
    this.onPart = onPart;
  }

  feed(piece: Buffer): number | undefined {
    this.walk ??= this.begin(piece);
    return this.walk.feed(piece);
  }

  finish(): number | undefined {
    return this.walk ? this.walk.finish() : 0;
  }

  /** An array of entries, or one bare entry: the first character tells. */
  private begin(piece: Buffer): JsonWalk {
    const isArray = /^\ufeff?\s*\[/.test(piece.subarray(0, 1_000).toString('utf8'));
    const depth = isArray ? 1 : 0;
    const top = isArray ? '$.*' : '$';
    return new JsonWalk(
      [`${top}.meteor`, `${top}.info.json_type`, `${top}.data.*`],
      ({ key, value, stack }) => {
        const entry = isArray ? (stack[1]?.key ?? key) : 0;
        if (typeof entry !== 'number') return;
        // Below the entry: `meteor` itself, `json_type` of info, an item of data.
        if (stack.length === depth + 1) this.onPart(entry, 'meteor', value);
        else if (key === 'json_type' && stack.at(-1)?.key === 'info') this.onPart(entry, 'type', value);
        else if (typeof key === 'number') this.onPart(entry, 'item', value);
      },
    );
  }
}

async function* pieces(path: string): AsyncGenerator<Buffer> {
  for await (const piece of createReadStream(path, { highWaterMark: PIECE })) yield piece as Buffer;
}

/** Line and column of a byte of a file, and the text around it. */
async function locate(path: string, offset: number): Promise<SyntaxPosition> {
  let line = 1;
  let lineStart = 0;
  let before = 0;
  for await (const piece of pieces(path)) {
    for (let at = piece.indexOf(10); at >= 0 && before + at < offset; at = piece.indexOf(10, at + 1)) {
      line += 1;
      lineStart = before + at + 1;
    }
    before += piece.length;
    if (before >= offset) break;
  }
  const from = Math.max(lineStart, offset - WINDOW);
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(offset - from + WINDOW), 0, undefined, from);
    const near = describePosition(buffer.subarray(0, bytesRead), offset - from);
    // A line longer than the window: count its characters as bytes.
    return { ...near, offset, line, column: near.column + (from - lineStart) };
  } finally {
    await handle.close();
  }
}
