import pg from 'pg';
import { Decimal, PlainDate, PlainDateTime, type Cell } from '../../api/cell.ts';
import type { Kind } from '../source-session.ts';

const { BOOL, INT2, INT4, INT8, OID, FLOAT4, FLOAT8, NUMERIC, DATE, TIMESTAMP, TIMESTAMPTZ } =
  pg.types.builtins;

const kinds = new Map<number, Kind>([
  [BOOL, 'boolean'],
  [INT2, 'integer'],
  [INT4, 'integer'],
  [INT8, 'integer'],
  [OID, 'integer'],
  [FLOAT4, 'float'],
  [FLOAT8, 'float'],
  [NUMERIC, 'decimal'],
  [DATE, 'date'],
  [TIMESTAMP, 'datetime'],
  [TIMESTAMPTZ, 'moment'],
]);

/** What the cells of a column are, by the number of its type. */
export const kindOf = (type: number): Kind => kinds.get(type) ?? 'text';

/** A cell of PostgreSQL's own text, in a session with ISO dates and UTC. */
export function decodeCell(kind: Kind, text: string): Cell {
  switch (kind) {
    case 'text':
      return text;
    case 'integer': {
      const number = Number(text);
      return Number.isSafeInteger(number) ? number : BigInt(text);
    }
    case 'float':
      return Number(text);
    case 'decimal':
      return new Decimal(text);
    case 'date':
      return new PlainDate(text);
    case 'datetime':
      return new PlainDateTime(text);
    case 'boolean':
      return text === 't';
    case 'moment':
      return moment(text);
  }
}

/** `2026-11-20 08:15:00.123456+00`, to the millisecond. */
function moment(text: string): Date {
  const time = text.endsWith('+00') ? Date.parse(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`) : Number.NaN;
  // `infinity`, and years before 1 and after 9999.
  if (Number.isNaN(time))
    throw new Error(`${text} is no moment that can be written; expected one of the years 1 to 9999`);
  return new Date(time);
}

/** Reads one DataRow message that begins at `at`: type, length, number of cells, then length and text of each. */
function decodeRow(buffer: Buffer, at: number, columns: readonly Kind[]): Cell[] {
  const cells: Cell[] = [];
  let position = at + 7;
  for (let i = 0; i < columns.length; i++) {
    const length = buffer.readInt32BE(position);
    position += 4;
    if (length < 0) cells.push(null);
    else {
      cells.push(decodeCell(columns[i]!, buffer.toString('utf8', position, position + length)));
      position += length;
    }
  }
  return cells;
}

/** Reads whole DataRow messages. */
export function decodeRows(buffer: Buffer, columns: readonly Kind[]): Cell[][] {
  const rows: Cell[][] = [];
  for (let at = 0; at < buffer.length; at += 1 + buffer.readUInt32BE(at + 1))
    rows.push(decodeRow(buffer, at, columns));
  return rows;
}
