import { Decimal, PlainDate, PlainDateTime } from '../../api/cell.ts';
import { shown } from '../../api/faults.ts';

/**
 * A parameter as the driver sends it. Moments are text in UTC, the session's zone.
 * @throws {Error} naming the parameter, for what is no value of a database. MariaDB has no lists.
 */
export function boundValue(value: unknown, number: number): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date && !Number.isNaN(value.getTime()))
    return value.toISOString().replace('T', ' ').slice(0, -1);
  if (value instanceof Decimal || value instanceof PlainDate || value instanceof PlainDateTime)
    return value.text;
  throw new Error(
    `parameter ${number} is ${shown(value)}; expected text, a number, a boolean, a date or null`,
  );
}
