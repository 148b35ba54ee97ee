import { TZDate } from '@date-fns/tz';
import type { FieldType } from '../model/databox.ts';

/** What stands beside a value's text: a number, or a date of the databox's clock (`YYYY-MM-DD HH:MM:SS`); else nothing. */
export interface Typed {
  number?: number;
  date?: string;
}

/**
 * Reads the text of a value by the type of its field. A text that is none of that type gives nothing: it stays a text,
 * which no rule on dates or numbers matches.
 */
export function typedValue(type: FieldType, text: string, timezone: string): Typed {
  if (type === 'number') {
    const number =
      text.trim() === '' ? Number.NaN : Number(text.trim().replace(/^([+-]?\d+),(\d+)$/, '$1.$2'));
    return Number.isFinite(number) ? { number } : {};
  }
  if (type === 'date') {
    const date = readDate(text, timezone);
    return date === undefined ? {} : { date };
  }
  return {};
}

/**
 * EXIF's `2026:06:11 13:10:00`, IPTC's `20260611`, the old product's `2026/06/11`, ISO's with or without time and zone;
 * nothing that would be guessed.
 */
const DATE =
  /^(\d{4})([:/-]?)(\d{2})\2(\d{2})(?:[T ]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * A date as the databox's clock shows it: one with a zone is converted, one without is that clock's. Undefined when it is
 * no date.
 */
export function readDate(text: string, timezone: string): string | undefined {
  const found = DATE.exec(text.trim());
  if (!found) return undefined;
  const [, year, , month, day, hour = '00', minute = '00', second = '00', zone] = found;
  const local = `${year}-${month}-${day} ${hour}:${minute}:${second}`;
  if (!isCalendar(local)) return undefined;
  if (zone === undefined) return local;
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const instant = Date.parse(`${local.replace(' ', 'T')}${offset}`);
  if (Number.isNaN(instant)) return undefined;
  const there = new TZDate(instant, timezone);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${String(there.getFullYear()).padStart(4, '0')}-${two(there.getMonth() + 1)}-${two(there.getDate())} ${two(there.getHours())}:${two(there.getMinutes())}:${two(there.getSeconds())}`;
}

/** Is there such a day and time? 30 February and 24:01 are not, nor is year 0, as cameras without a clock write it. */
function isCalendar(local: string): boolean {
  if (local.startsWith('0000')) return false;
  const instant = new Date(`${local.replace(' ', 'T')}Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().slice(0, 19).replace('T', ' ') === local;
}
