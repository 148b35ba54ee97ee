import { u16, u32 } from './xls-records.ts';

const SECTOR = 512;
/** Shorter streams would lie in another place; a workbook may have zeros behind it. */
const SHORTEST = 4_096;
/** Sectors of the table that the header itself names, and that a sector of the table of the table names. */
const IN_HEADER = 109;
const IN_SECTOR = SECTOR / 4 - 1;

const FREE = 0xffff_ffff;
const END = 0xffff_fffe;
const TABLE = 0xffff_fffd;
const TABLE_OF_TABLE = 0xffff_fffc;

/** What lies around a stream in a compound file: its bytes come between `before` and `after`. */
export interface Envelope {
  before: Buffer;
  after(): Generator<Buffer>;
}

/**
 * A compound file ([MS-CFB], version 3) with one stream, whose sectors follow the header and one another; behind them the directory and the table
 * of sectors.
 */
export function compoundFile(stream: string, length: number): Envelope {
  const size = Math.max(length, SHORTEST);
  const data = Math.ceil(size / SECTOR);
  const { table, tables } = tableSizes(data + 1);
  const firstTable = data + 1;
  const firstOfTables = firstTable + table;
  const tableSector = (i: number) => (i < table ? firstTable + i : FREE);
  const range = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => tableSector(from + i));

  return {
    before: Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.alloc(16),
      u16(0x003e, 3, 0xfffe, 9, 6, 0, 0, 0),
      u32(0, table, data, 0, SHORTEST, END, 0, tables === 0 ? END : firstOfTables, tables),
      u32(...range(0, IN_HEADER)),
    ]),
    *after() {
      yield Buffer.alloc(data * SECTOR - length);
      yield directory(stream, size);
      for (let i = 0; i < table; i += 1)
        yield u32(...Array.from({ length: SECTOR / 4 }, (_, at) => next(i * (SECTOR / 4) + at)));
      for (let i = 0; i < tables; i += 1)
        yield u32(
          ...range(IN_HEADER + i * IN_SECTOR, IN_SECTOR),
          i + 1 < tables ? firstOfTables + i + 1 : END,
        );
    },
  };

  /** The sector after a sector, or what that is. */
  function next(sector: number): number {
    if (sector < data - 1) return sector + 1;
    if (sector <= data) return END;
    if (sector < firstOfTables) return TABLE;
    return sector < firstOfTables + tables ? TABLE_OF_TABLE : FREE;
  }
}

/** Sectors that the table needs, which has an entry for its own sectors too. */
function tableSizes(others: number): { table: number; tables: number } {
  let table = 0;
  let tables = 0;
  for (;;) {
    const needed = Math.ceil((others + table + tables) / (SECTOR / 4));
    if (needed === table) return { table, tables };
    table = needed;
    tables = Math.max(0, Math.ceil((table - IN_HEADER) / IN_SECTOR));
  }
}

function directory(stream: string, size: number): Buffer {
  return Buffer.concat([
    entry('Root Entry', 5, 1, END, 0),
    entry(stream, 2, FREE, 0, size),
    entry('', 0, FREE, 0, 0),
    entry('', 0, FREE, 0, 0),
  ]);
}

function entry(name: string, type: number, child: number, start: number, size: number): Buffer {
  const title = Buffer.alloc(64);
  const length = title.write(name, 'utf16le');
  return Buffer.concat([
    title,
    u16(name === '' ? 0 : length + 2),
    Buffer.of(type, 1),
    u32(FREE, FREE, child),
    Buffer.alloc(16 + 4 + 16),
    u32(start, size, 0),
  ]);
}
