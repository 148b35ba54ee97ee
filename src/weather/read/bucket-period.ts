import { readTime } from '../local-time.ts';
import type { Zone } from '../../time/zone.ts';
import type { Level } from '../measures.ts';

/** Instants in ms: [start, end). */
export interface Period {
  start: number;
  end: number;
}

const SHAPE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d))?)?)?)?)?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * The period that a date names, local to the station unless it carries an offset: `2021` a year, `2021-06` a
 * month, `2021-06-01` a day, `2021-06-01T13` an hour, `2021-06-01T13:00` a minute, `2021-06-01T13:00:00` a second.
 * Throws when it is no such date.
 */
export function parsePeriod(text: string, zone: Zone): Period {
  const match = SHAPE.exec(text);
  const fields = match?.slice(1, 7).filter((part) => part !== undefined) ?? [];
  const offset = match?.[7] ?? '';
  const start = fields.length > 0 ? instantOf(fields.map(Number), offset, zone) : Number.NaN;
  if (Number.isNaN(start)) {
    throw new RangeError(
      `${JSON.stringify(text)} is no date: expected a year, month, day or time such as 2021, 2021-06, 2021-06-01 or 2021-06-01T13:00`,
    );
  }
  const units: Unit[] = ['year', 'month', 'day', 'hour', 'minute', 'second'];
  return { start, end: addLocal(start, units[fields.length - 1]!, zone) };
}

/** Through `readTime`, which knows the days of a month, and the hours that a change of time skips or repeats. */
function instantOf(fields: number[], offset: string, zone: Zone): number {
  const [year, month = 1, day = 1, hour = 0, minute = 0, second = 0] = fields;
  const two = (n: number) => String(n).padStart(2, '0');
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  return readTime(`${date}T${two(hour)}:${two(minute)}:${two(second)}${offset}`, zone);
}

type Unit = 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year';

const elapsed: Partial<Record<Unit, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000 };

/** One unit later: by the calendar from a day on, since days have 23 to 25 hours. */
function addLocal(instant: number, unit: Unit, zone: Zone): number {
  const span = elapsed[unit];
  if (span !== undefined) return instant + span;
  const local = new Date(zone.toLocal(instant));
  // From midnight, which a change of time may have skipped.
  local.setUTCHours(0, 0, 0, 0);
  if (unit === 'day') local.setUTCDate(local.getUTCDate() + 1);
  if (unit === 'month') local.setUTCMonth(local.getUTCMonth() + 1);
  if (unit === 'year') local.setUTCFullYear(local.getUTCFullYear() + 1);
  return zone.toInstant(local.getTime());
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * When the clock shows so many hours after 00:00 of the day that begins at `midnight`, which a change of time may have
 * skipped; ms. Less than 0: on the day before.
 */
export function clockAt(hours: number, midnight: number, zone: Zone): number {
  const date = Math.floor(zone.toLocal(midnight) / DAY) * DAY;
  return zone.toInstant(date + hours * HOUR);
}

const unitOf: Record<Exclude<Level, 'A'>, Unit> = { H: 'hour', D: 'day', M: 'month', Y: 'year' };

/** End of the bucket that starts at `start`, ms; infinity for level A. */
export function bucketEnd(level: Level, start: number, zone: Zone): number {
  return level === 'A' ? Infinity : addLocal(start, unitOf[level], zone);
}
