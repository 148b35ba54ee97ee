import { open } from 'node:fs/promises';
import { FileChanged } from '../file-changed.ts';
import type { FileOnDisk, FormatFile, Position } from '../format.ts';
import { checkMeteor, EXPECTED_ENTRY } from './document.ts';
import { JsonWalk } from './json-walk.ts';
import { isItemKey, keyedItem, type Layout } from './layout.ts';
import { StationFinder } from './station-finder.ts';
import { describePosition, failBroken } from './syntax.ts';

/** Bytes read around a syntax error. */
const WINDOW = 2 ** 16;

/** What stands before and after an entry's items. */
interface Entry {
  meteor?: unknown;
  /** `info.json_type` */
  type?: unknown;
  items: number;
  /** Its `data` is one bare item, whose parts come one by one. */
  bare: boolean;
}

/** By place in the file; nothing where no object stands. */
type Outline = (Entry | undefined)[];

/**
 * Reads a document too large for the memory, twice, item by item. The first reading checks the syntax and finds
 * what may stand after an entry's items (`meteor`, `info`), so that nothing of a broken file is handed over.
 */
export async function* readLarge(disk: FileOnDisk, file: FormatFile, layout: Layout): AsyncGenerator<void> {
  const outline = await readOutline(disk, file, layout);
  if (file.failed) return;
  const finder = new StationFinder();
  outline.forEach((entry, index) => finder.see(index, entry?.meteor));
  const station = finder.decide(file, outline.length);
  if (station === undefined) return;
  yield;
  const good = Array.from(outline, (entry, index) => checkEntry(entry, index, station, file, layout));
  const next = new Map<number, number>();
  const handOver = (entry: number, value: unknown) => {
    const item = next.get(entry) ?? 0;
    next.set(entry, item + 1);
    if (good[entry]) file.item(station, value, { entry, item }, outline[entry]!.type);
  };
  let bare: { entry: number; item: Record<string, unknown> } | undefined;
  const endBare = () => {
    if (bare) handOver(bare.entry, bare.item);
    bare = undefined;
  };
  const walk = new EntryWalk(layout, (entry, part, value, key) => {
    if (part !== 'item') return;
    if (bare?.entry !== entry) endBare();
    if (typeof key === 'number') handOver(entry, value);
    else if (outline[entry]?.bare) {
      bare ??= { entry, item: Object.create(null) as Record<string, unknown> };
      bare.item[key] = value;
    } else handOver(entry, keyedItem(key, value));
  });
  for await (const piece of disk.pieces()) {
    if (walk.feed(piece) !== undefined) throw new FileChanged(disk.path);
    yield;
  }
  endBare();
}

/** First reading: syntax, and each entry without its items. Fails a file that is no JSON. */
async function readOutline(disk: FileOnDisk, file: FormatFile, layout: Layout): Promise<Outline> {
  const entries: Outline = [];
  const walk = new EntryWalk(layout, (index, part, value, key) => {
    const entry = (entries[index] ??= { items: 0, bare: false });
    if (part === 'item') {
      entry.items += 1;
      entry.bare ||= typeof key === 'string' && isItemKey(key);
    } else entry[part] = value;
  });
  let wrong: number | undefined;
  for await (const piece of disk.pieces()) {
    wrong = walk.feed(piece);
    if (wrong !== undefined) break;
  }
  wrong ??= walk.finish();
  if (wrong !== undefined) failBroken(file, await locate(disk, wrong));
  return entries;
}

/** Can the items of an entry be read? Refuses it when not. */
function checkEntry(
  entry: Entry | undefined,
  index: number,
  station: string,
  file: FormatFile,
  { expectedStreamed }: Layout,
): boolean {
  if (!entry) {
    file.refuse({ what: 'not-an-entry', entry: index, expected: EXPECTED_ENTRY });
    return false;
  }
  if (!checkMeteor(entry.meteor, index, station, file)) return false;
  if (entry.items === 0) {
    file.refuse({ what: 'no-data', entry: index, field: 'data', expected: expectedStreamed });
    return false;
  }
  return true;
}

/** `key` is where an item stands in `data`: a number in an array, a text in an object. */
type OnPart = (entry: number, part: 'item' | 'meteor' | 'type', value: unknown, key: number | string) => void;

/** Hands out the parts of a file's entries as they come by. */
class EntryWalk {
  private walk: JsonWalk | undefined;
  private readonly objects: boolean;
  private readonly onPart: OnPart;

  constructor({ objects }: Layout, onPart: OnPart) {
    this.objects = objects;
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
        if (typeof entry !== 'number' || key === undefined) return;
        // Below the entry: `meteor` itself, `json_type` of info, an item of data.
        const above = stack.at(-1)?.key;
        if (stack.length === depth + 1) this.onPart(entry, 'meteor', value, key);
        else if (above === 'info') this.onPart(entry, 'type', value, key);
        else if (typeof key === 'number' || this.objects) this.onPart(entry, 'item', value, key);
      },
    );
  }
}

/** Line and column of a byte of a file, and the text around it. */
async function locate(disk: FileOnDisk, offset: number): Promise<Position> {
  let line = 1;
  let lineStart = 0;
  let before = 0;
  for await (const piece of disk.pieces()) {
    for (let at = piece.indexOf(10); at >= 0 && before + at < offset; at = piece.indexOf(10, at + 1)) {
      line += 1;
      lineStart = before + at + 1;
    }
    before += piece.length;
    if (before >= offset) break;
  }
  const from = Math.max(lineStart, offset - WINDOW);
  const handle = await open(disk.path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(offset - from + WINDOW), 0, undefined, from);
    const near = describePosition(buffer.subarray(0, bytesRead), offset - from);
    // A line longer than the window: count its characters as bytes.
    return { ...near, offset, line, column: near.column + (from - lineStart) };
  } finally {
    await handle.close();
  }
}
