import { zoneOf } from '../../../time/zone.ts';
import type { Column } from '../../api/column.ts';
import type { CsvFormat } from '../../api/file-format.ts';
import type { WireRows } from '../../sources/source-session.ts';
import type { Lines } from './csv-lines.ts';
import { mannerOf, type Manner } from './wire-manner.ts';
import { isDateTime, isMoment, isPlain, LocalTimes } from './wire-time.ts';

/** Bytes of lines that are gathered before they are written. */
const FULL = 256 * 1024;
/** What a cell may have beside its bytes: a separator of up to four, quotation marks, the end of the line. */
const BESIDE = 8;

const QUOTE = 0x22;
const CR = 0x0d;
const LF = 0x0a;

/** What a byte asks for: quotation marks, or a look at the cell as text. */
const QUOTES = 1;
const LOOK = 2;

export interface WireTable {
  columns: readonly Column[];
  /** Which column of the query each one is. */
  order: readonly number[];
  format: CsvFormat;
  timezone: string;
}

/** Makes the same lines as `Lines` from rows as PostgreSQL sends them: what is already as it must be is copied, byte by byte. */
export class WireLines {
  /** Rows that were written. */
  rows = 0;
  private out = Buffer.allocUnsafe(2 * FULL);
  private at = 0;
  private readonly lines: Lines;
  private readonly wire: WireRows;
  private readonly order: readonly number[];
  private readonly manners: readonly Manner[];
  private readonly classes: Uint8Array;
  private readonly separator: Buffer;
  /** In an encoding of one byte a character: the first above ASCII that is its own byte; else 0. */
  private readonly narrow: number;
  private readonly all: boolean;
  private readonly guarded: Uint8Array;
  private readonly times: LocalTimes | undefined;
  private readonly starts: Int32Array;
  private readonly lengths: Int32Array;

  constructor(lines: Lines, wire: WireRows, { columns, order, format, timezone }: WireTable) {
    this.lines = lines;
    this.wire = wire;
    this.order = order;
    this.manners = columns.map((column, i) => mannerOf(column, wire.kinds[order[i]!]!));
    this.separator = Buffer.from(lines.separator, lines.encoding.node);
    this.all = format.quoting === 'all';
    this.classes = classesOf(this.separator, lines.encoding.node);
    this.guarded = new Uint8Array(256);
    if (format.guard) for (const byte of Buffer.from('=+-@\t\r')) this.guarded[byte] = 1;
    this.narrow = lines.encoding.ownFrom;
    const plain = Buffer.from('0123456789-: ').every((byte) => this.classes[byte] === 0);
    const zone = zoneOf(timezone);
    if (plain) this.times = new LocalTimes((instant) => zone.offsetAt(instant));
    this.starts = new Int32Array(wire.kinds.length);
    this.lengths = new Int32Array(wire.kinds.length);
  }

  /** Writes rows of `messages` from `from` on, up to the row of number `limit`, until it is full; gives where the next row begins. */
  write(messages: Buffer, from: number, limit: number): number {
    let next = from;
    while (this.rows < limit && next < messages.length && this.at < FULL) next = this.row(messages, next);
    return next;
  }

  /** Is there enough to write it to the file? */
  get isFull(): boolean {
    return this.at >= FULL;
  }

  /** The lines so far; until the next row is written. */
  take(): Buffer {
    const taken = this.out.subarray(0, this.at);
    this.at = 0;
    return taken;
  }

  private row(messages: Buffer, from: number): number {
    const end = from + 1 + int32(messages, from + 1);
    const { starts, lengths, order, separator } = this;
    for (let i = 0, at = from + 7; i < starts.length; i++) {
      const length = int32(messages, at);
      starts[i] = at + 4;
      lengths[i] = length;
      at += length < 0 ? 4 : 4 + length;
    }
    this.rows += 1;
    const room = 2 * (end - from) + (order.length + 1) * BESIDE;
    this.reserve(room);
    const begin = this.at;
    for (let i = 0; i < order.length; i++) {
      if (i > 0) for (let k = 0; k < separator.length; k++) this.out[this.at++] = separator[k]!;
      const field = order[i]!;
      const length = lengths[field]!;
      if (length >= 0) this.cell(i, messages, starts[field]!, starts[field]! + length, room);
    }
    // A line with nothing in it is passed over by most readers.
    if (order.length === 1 && this.at === begin) this.at += this.out.write('""', this.at, 'latin1');
    this.out[this.at++] = CR;
    this.out[this.at++] = LF;
    return end;
  }

  private cell(i: number, source: Buffer, start: number, end: number, room: number): void {
    switch (this.manners[i]!) {
      case 'text':
        if (end > start && this.guarded[source[start]!] === 1) break;
        return this.copy(i, source, start, end, room);
      case 'copied':
        return this.copy(i, source, start, end, room);
      case 'float':
        if (!isPlain(source, start, end)) break;
        return this.copy(i, source, start, end, room);
      case 'datetime':
        if (!isDateTime(source, start, end)) break;
        return this.copy(i, source, start, start + 19, room);
      case 'moment':
        if (!this.times || !isMoment(source, start, end)) break;
        this.times.write(source, start, this.out, this.at);
        if (this.all) this.quote(this.at + 19);
        else this.at += 19;
        return;
      case 'decoded':
        break;
    }
    this.decode(i, source, start, end, room);
  }

  private copy(i: number, source: Buffer, start: number, end: number, room: number): void {
    const { out, classes, narrow, separator } = this;
    let at = this.at;
    let seen = this.all ? QUOTES : 0;
    for (let k = start; k < end; k++) {
      let byte = source[k]!;
      // Two bytes of UTF-8 that are a character below U+0100.
      if (narrow > 0 && (byte & 0xfe) === 0xc2) {
        byte = ((byte & 3) << 6) | (source[++k]! & 0x3f);
        if (byte < narrow || byte === separator[0]) seen |= LOOK;
      } else seen |= classes[byte]!;
      out[at++] = byte;
    }
    if (seen === 0) this.at = at;
    else if ((seen & LOOK) !== 0) this.decode(i, source, start, end, room);
    else this.quote(at);
  }

  /** Puts into quotation marks what has been copied, up to `end`. */
  private quote(end: number): void {
    const { out, at } = this;
    let quotes = 2;
    for (let k = at; k < end; k++) if (out[k] === QUOTE) quotes += 1;
    let to = end + quotes;
    this.at = to;
    out[--to] = QUOTE;
    // From the end: no byte is overwritten before it has moved.
    for (let k = end - 1; k >= at; k--) {
      const byte = out[k]!;
      out[--to] = byte;
      if (byte === QUOTE) out[--to] = QUOTE;
    }
    out[at] = QUOTE;
  }

  private decode(i: number, source: Buffer, start: number, end: number, room: number): void {
    const { kinds, decode } = this.wire;
    const cell = decode(kinds[this.order[i]!]!, source.toString('utf8', start, end));
    const text = this.lines.text(cell, i, this.rows);
    this.reserve(3 * text.length + room);
    this.at += this.out.write(text, this.at, this.lines.encoding.node);
  }

  private reserve(room: number): void {
    if (this.at + room <= this.out.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.at + room));
    this.out.copy(larger, 0, 0, this.at);
    this.out = larger;
  }
}

/** In an encoding of one byte a character other than ASCII is another byte; in UTF-8 the bytes of a separator may be part of others. */
function classesOf(separator: Buffer, node: 'utf8' | 'latin1'): Uint8Array {
  const classes = new Uint8Array(256);
  for (const byte of [QUOTE, CR, LF]) classes[byte] = QUOTES;
  if (node === 'latin1') classes.fill(LOOK, 0x80);
  classes[separator[0]!] = separator[0]! < 0x80 ? QUOTES : LOOK;
  return classes;
}

function int32(buffer: Buffer, at: number): number {
  return (buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!;
}
