import { zoneOf } from '../../../time/zone.ts';
import { Decimal, PlainDate, PlainDateTime, type Cell } from '../../api/cell.ts';
import type { Column } from '../../api/column.ts';
import { localTimeOf, textOfLocalTime } from '../sheet/sheet-time.ts';
import { truthOf, unfit } from '../sheet/typed-cells.ts';
import { isDecimal, withDecimals } from './decimal-text.ts';

const DATE = 'yyyy-MM-dd';
const DATE_TIME = 'yyyy-MM-dd HH:mm:ss';
const DAY = 86_400_000;

/**
 * Gives what makes text of the cells of a column, by the column's type or else by what each value is; `undefined` of NULL.
 * What it throws says value and expectation; row and column are known to the caller.
 */
export function cellText(column: Column, timezone: string): (cell: Cell) => string | undefined {
  const zone = zoneOf(timezone);
  const { decimals, decimalMark = '.', format, type } = column;
  const [yes, no] = column.booleans ?? ['true', 'false'];
  const some = textFor();
  return (cell) => (cell === null || cell === undefined ? undefined : some(cell));

  function textFor(): (cell: NonNullable<Cell>) => string {
    switch (type) {
      case 'text':
        return (cell) => (isNumber(cell) ? String(cell) : byItself(cell));
      case 'number':
        return (cell) => {
          const text = typeof cell === 'string' ? cell.trim() : isNumber(cell) ? String(cell) : '';
          if (!isDecimal(text)) throw unfit(cell, 'a number such as 12.5');
          return number(text);
        };
      case 'date':
        return (cell) => dateOf(cell, DATE, DAY);
      case 'datetime':
        return (cell) => dateOf(cell, DATE_TIME, 1);
      case 'boolean':
        return (cell) => (truthOf(cell) ? yes : no);
      case undefined:
      default:
        return byItself;
    }
  }

  function byItself(cell: NonNullable<Cell>): string {
    if (typeof cell === 'string') return cell;
    if (typeof cell === 'boolean') return cell ? yes : no;
    if (isNumber(cell)) return number(String(cell));
    if (!isTime(cell)) throw unfit(cell, 'a text, a number, a boolean or a date');
    // A database's own text is in the default pattern already, or none that a pattern could be put to.
    if (format === undefined && isWhole(cell)) return cell.text;
    const local = localOf(cell);
    if (local === undefined) return String(cell);
    return inPattern(local, format ?? (cell instanceof PlainDate ? DATE : DATE_TIME));
  }

  function number(text: string): string {
    const rounded = decimals === undefined ? text : (withDecimals(text, decimals) ?? text);
    return decimalMark === '.' ? rounded : rounded.replace('.', decimalMark);
  }

  function dateOf(cell: NonNullable<Cell>, pattern: string, step: number): string {
    const local = localOf(cell);
    // What a database calls a date is one, even if no calendar has it: infinity.
    if (local === undefined && (cell instanceof PlainDate || cell instanceof PlainDateTime)) return cell.text;
    if (local === undefined) throw unfit(cell, 'a date such as 2026-11-20');
    return inPattern(Math.floor(local / step) * step, format ?? pattern);
  }

  function localOf(cell: NonNullable<Cell>): number | undefined {
    if (cell instanceof Date) {
      if (Number.isNaN(cell.getTime())) throw unfit('an invalid Date', 'a date');
      return zone.toLocal(cell.getTime());
    }
    if (cell instanceof PlainDate || cell instanceof PlainDateTime) return localTimeOf(cell.text);
    return typeof cell === 'string' ? localTimeOf(cell) : undefined;
  }
}

const isNumber = (cell: Cell): cell is number | bigint | Decimal =>
  typeof cell === 'number' || typeof cell === 'bigint' || cell instanceof Decimal;

const isTime = (cell: Cell): cell is Date | PlainDate | PlainDateTime =>
  cell instanceof Date || cell instanceof PlainDate || cell instanceof PlainDateTime;

function isWhole(cell: Date | PlainDate | PlainDateTime): cell is PlainDate | PlainDateTime {
  if (cell instanceof PlainDate) return cell.text.length === DATE.length;
  return (
    cell instanceof PlainDateTime && cell.text.length === DATE_TIME.length && cell.text[DATE.length] === ' '
  );
}

/** `textOfLocalTime`, at once in the default patterns. */
function inPattern(local: number, pattern: string): string {
  if (pattern !== DATE && pattern !== DATE_TIME) return textOfLocalTime(local, pattern);
  const iso = new Date(local).toISOString();
  return pattern === DATE ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}
