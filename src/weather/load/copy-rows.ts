import { observationColumns } from '../measures.ts';
import { isTimeColumn } from './keys.ts';

/** Columns before those of the measures, in the order in which `RowBuffer` writes them. */
const LEADING = ['station_id', 'stop', 'duration', 'file_id', 'extra', 'doubtful'] as const;

/** The statement that takes what a `RowBuffer` holds. */
export const COPY_OBSERVATIONS = `copy observation (${[
  ...LEADING,
  ...observationColumns.map(({ name }) => name),
].join(', ')}) from stdin (format binary)`;

/** What stands before the first row and after the last one in PostgreSQL's binary COPY format. */
export const COPY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
export const COPY_TRAILER = Buffer.from([0xff, 0xff]);

const FIELDS = LEADING.length + observationColumns.length;
const STATION_AT = 2 + 4;
const FILE_AT = STATION_AT + 4 + 4 + 8 + 4 + 8 + 4;
/** A row without `extra` and `doubtful`, all measures present. */
const LARGEST = FILE_AT + 8 + 4 + 4 + observationColumns.length * 12;

/** PostgreSQL counts time from 2000-01-01 UTC, in microseconds. */
const EPOCH_2000 = 946_684_800_000;
const TWO_32 = 2 ** 32;
const FIRST_SIZE = 2 ** 16;

/** Rows of `observation` in the binary format of COPY, as they are made; the ids are put in later. */
export class RowBuffer {
  private bytes = Buffer.allocUnsafe(FIRST_SIZE);
  private view = viewOf(this.bytes);
  /** Bytes written. */
  length = 0;

  /**
   * Appends a row: `stop` in ms since 1970, `duration` in minutes, `values` by column of
   * `observationColumns`, NaN = null. Gives the offset of the row's end.
   */
  add(
    stop: number,
    duration: number,
    extra: string | null,
    doubtful: string | null,
    values: Float64Array,
  ): number {
    const extraBytes = extra === null ? 0 : Buffer.byteLength(extra);
    const doubtfulBytes = doubtful === null ? 0 : Buffer.byteLength(doubtful);
    this.reserve(LARGEST + 2 + extraBytes + doubtfulBytes);
    const { view } = this;
    let at = this.length;
    view.setInt16(at, FIELDS);
    view.setInt32(at + 2, 4);
    view.setInt32(at + STATION_AT, 0);
    at += STATION_AT + 4;
    at = this.putTime(at, stop);
    view.setInt32(at, 8);
    view.setFloat64(at + 4, duration);
    view.setInt32(at + 12, 8);
    view.setInt32(at + 16, 0);
    view.setInt32(at + 20, 0);
    at += 24;
    at = this.putJsonb(at, extra, extraBytes);
    at = this.putJsonb(at, doubtful, doubtfulBytes);
    for (let column = 0; column < values.length; column += 1) {
      const value = values[column]!;
      if (value !== value) {
        view.setInt32(at, -1);
        at += 4;
      } else if (isTimeColumn[column]) {
        at = this.putTime(at, value);
      } else {
        view.setInt32(at, 8);
        view.setFloat64(at + 4, value);
        at += 12;
      }
    }
    this.length = at;
    return at;
  }

  /** Puts in the ids of the row that begins at `row`. */
  setIds(row: number, station: number, file: number): void {
    this.view.setInt32(row + STATION_AT, station);
    this.view.setInt32(row + FILE_AT, Math.floor(file / TWO_32));
    this.view.setUint32(row + FILE_AT + 4, file % TWO_32);
  }

  /** The bytes from `from` to `to`, not copied: they must have been sent before the buffer is used again. */
  slice(from: number, to: number): Buffer {
    return this.bytes.subarray(from, to);
  }

  clear(): void {
    this.length = 0;
  }

  private putTime(at: number, instant: number): number {
    const micros = Math.round((instant - EPOCH_2000) * 1000);
    this.view.setInt32(at, 8);
    this.view.setInt32(at + 4, Math.floor(micros / TWO_32));
    this.view.setUint32(at + 8, micros >>> 0);
    return at + 12;
  }

  private putJsonb(at: number, text: string | null, size: number): number {
    if (text === null) {
      this.view.setInt32(at, -1);
      return at + 4;
    }
    this.view.setInt32(at, size + 1);
    // jsonb's only version of its binary format.
    this.view.setUint8(at + 4, 1);
    this.bytes.write(text, at + 5, 'utf8');
    return at + 5 + size;
  }

  private reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + size));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
    this.view = viewOf(larger);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
