import { Decimal, PlainDate, PlainDateTime, type Cell } from '../../api/cell.ts';
import type { Column } from '../../api/column.ts';
import { shown } from '../../api/shown-values.ts';
import { zoneOf } from '../../../time/zone.ts';
import { LONGEST_TEXT, type CellSink } from './workbook-writer.ts';
import { dateCode, decimalsCode } from './number-formats.ts';
import { localTimeOf, serialOf, textOfLocalTime } from './sheet-time.ts';
import { heldOf, losesDigits } from './numbers.ts';

const DAY = 86_400_000;
/** From here on programs show whole numbers as powers of ten unless told otherwise. */
const LONG_NUMBER = 1e11;

/** Puts a cell into a sink. */
type Put = (sink: CellSink, at: number, cell: Cell) => void;

/**
 * Gives what writes the cells of a column by their types: by the column's, or else by what each value is. Text stays text, whatever it looks
 * like; numbers of more than 15 digits, and dates that a spreadsheet cannot show, become text, so that nothing is lost.
 * What it throws says value and expectation; row and column are known to the caller.
 */
export function typedCells(column: Column, timezone: string): Put {
  const zone = zoneOf(timezone);
  const { decimals } = column;
  const day = dates(column.format ?? 'yyyy-MM-dd');
  const time = dates(column.format ?? 'yyyy-MM-dd HH:mm:ss');
  const numbers = decimals === undefined ? undefined : decimalsCode(decimals);

  switch (column.type) {
    case 'text':
      return (sink, at, cell) => {
        if (cell !== null && cell !== undefined) text(sink, at, textOf(cell));
      };
    case 'number':
      return (sink, at, cell) => {
        if (cell === null || cell === undefined) return;
        if (typeof cell === 'number' && Number.isFinite(cell)) number(sink, at, cell);
        else if (!isNumeric(cell) || !decimal(sink, at, String(cell)))
          throw unfit(cell, 'a number such as 12.5');
      };
    case 'date':
    case 'datetime': {
      const put = column.type === 'date' ? day : time;
      const step = column.type === 'date' ? DAY : 1;
      return (sink, at, cell) => {
        if (cell === null || cell === undefined) return;
        const local = localOf(cell);
        if (local === undefined) {
          // What a database calls a date is one, even if no spreadsheet knows it: infinity.
          if (!(cell instanceof PlainDate || cell instanceof PlainDateTime))
            throw unfit(cell, 'a date such as 2026-11-20');
          text(sink, at, cell.text);
        } else put(sink, at, Math.floor(local / step) * step);
      };
    }
    case 'boolean':
      return (sink, at, cell) => {
        if (cell !== null && cell !== undefined) sink.boolean(at, truthOf(cell));
      };
    case undefined:
    default:
      return byItself;
  }

  function byItself(sink: CellSink, at: number, cell: Cell): void {
    if (cell === null || cell === undefined) return;
    if (typeof cell === 'string') text(sink, at, cell);
    else if (typeof cell === 'number') number(sink, at, cell);
    else if (typeof cell === 'boolean') sink.boolean(at, cell);
    else if (typeof cell === 'bigint' || cell instanceof Decimal) {
      if (!decimal(sink, at, String(cell))) text(sink, at, String(cell));
    } else {
      const local = localOf(cell);
      if (local === undefined) text(sink, at, textOf(cell));
      else (cell instanceof PlainDate ? day : time)(sink, at, local);
    }
  }

  function number(sink: CellSink, at: number, value: number): void {
    if (!Number.isFinite(value) || losesDigits(value)) return text(sink, at, String(value));
    sink.number(at, value, numbers ?? wholeCode(value));
  }

  function decimal(sink: CellSink, at: number, digits: string): boolean {
    const held = heldOf(digits, decimals);
    if (!held) return false;
    if ('text' in held) text(sink, at, held.text);
    else
      sink.number(
        at,
        held.value,
        numbers ?? (held.decimals > 0 ? decimalsCode(held.decimals) : wholeCode(held.value)),
      );
    return true;
  }

  function localOf(cell: Cell): number | undefined {
    if (cell instanceof Date) {
      if (Number.isNaN(cell.getTime())) throw unfit('an invalid Date', 'a date');
      return zone.toLocal(cell.getTime());
    }
    if (cell instanceof PlainDate || cell instanceof PlainDateTime) return localTimeOf(cell.text);
    return typeof cell === 'string' ? localTimeOf(cell) : undefined;
  }

  function textOf(cell: NonNullable<Cell>): string {
    if (typeof cell === 'boolean' && column.booleans) return column.booleans[cell ? 0 : 1];
    if (typeof cell !== 'object' || cell instanceof Decimal) return String(cell);
    if (!(cell instanceof Date || cell instanceof PlainDate || cell instanceof PlainDateTime))
      throw unfit(cell, 'a text, a number, a boolean or a date');
    const local = localOf(cell);
    if (local === undefined) return String(cell);
    const pattern = cell instanceof PlainDate ? 'yyyy-MM-dd' : 'yyyy-MM-dd HH:mm:ss';
    return textOfLocalTime(local, column.format ?? pattern);
  }
}

function text(sink: CellSink, at: number, value: string): void {
  if (value.length > LONGEST_TEXT)
    throw unfit(value, `at most ${LONGEST_TEXT} characters, as a spreadsheet takes; it has ${value.length}`);
  if (value !== '') sink.text(at, value);
}

/** Gives what writes local times in a pattern. What the pattern does not show of a second is not kept: programs would round it up. */
function dates(pattern: string): (sink: CellSink, at: number, local: number) => void {
  const code = dateCode(pattern);
  const step = pattern.includes('SSS') ? 1 : 1_000;
  return (sink, at, local) => {
    const serial = code === undefined ? undefined : serialOf(Math.floor(local / step) * step);
    if (serial === undefined) text(sink, at, textOfLocalTime(local, pattern));
    else sink.number(at, serial, code);
  };
}

const wholeCode = (value: number) =>
  Number.isInteger(value) && Math.abs(value) >= LONG_NUMBER ? decimalsCode(0) : undefined;

const isNumeric = (cell: Cell): cell is string | bigint | Decimal =>
  typeof cell === 'string' || typeof cell === 'bigint' || cell instanceof Decimal;

export function truthOf(cell: Cell): boolean {
  const word = typeof cell === 'object' ? '' : String(cell).toLowerCase();
  if (word === 'true' || word === 't' || word === '1') return true;
  if (word === 'false' || word === 'f' || word === '0') return false;
  throw unfit(cell, 'true or false');
}

export function unfit(cell: unknown, expected: string): Error {
  const value = typeof cell === 'object' && cell !== null && 'text' in cell ? cell.text : cell;
  // JSON has neither NaN nor large integers.
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : shown(value);
  return new Error(`${text}; expected ${expected}`);
}
