import { Decimal, PlainDate, PlainDateTime } from '../../api/cell.ts';
import { shown } from '../../api/shown-values.ts';

/**
 * A parameter as the text that PostgreSQL reads. Lists become arrays, as for `= any($1)`.
 * @throws {Error} naming the parameter, for what is no value of a database.
 */
export function parameterText(value: unknown, number: number): string | null {
  if (value === null || value === undefined) return null;
  const text = scalar(value) ?? (Array.isArray(value) ? array(value, number) : undefined);
  if (text !== undefined) return text;
  throw new Error(
    `parameter ${number} is ${shown(value)}; expected text, a number, a boolean, a date, null, or a list of them`,
  );
}

function scalar(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  const exact = value instanceof Decimal || value instanceof PlainDate || value instanceof PlainDateTime;
  return exact ? value.text : undefined;
}

function array(values: readonly unknown[], number: number): string {
  const elements = values.map((value) => {
    const text = parameterText(value, number);
    if (text === null) return 'NULL';
    return Array.isArray(value) ? text : `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  });
  return `{${elements.join(',')}}`;
}
