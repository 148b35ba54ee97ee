import type { Zone } from '../../time/zone.ts';
import type { Level } from '../measures.ts';
import { parsePeriod, type Period } from './bucket-period.ts';

/** The dates between which something is asked for, station time unless they carry an offset; open where left out. */
export interface Dates {
  from?: string;
  to?: string;
}

/**
 * The buckets between two dates: those with starts in [start, end), ±∞ where it is open. A date names a bucket, so the
 * last one is taken whole: `2021-06-01T13:00` with all of hour 13, `2021-06-01` with all of the day's hours.
 * Throws RangeError for a date that is none, an end that is not after its start, and for dates at level A.
 */
export function bucketsBetween(dates: Dates, zone: Zone, level?: Level): Period {
  if (level === 'A' && (dates.from !== undefined || dates.to !== undefined)) {
    throw new RangeError('level A holds all time and has no start: leave --from and --to out');
  }
  return between(dates, zone, (to) => parsePeriod(to, zone).end);
}

/**
 * The observations between two dates: those whose periods end in (start, end], ±∞ where it is open. A time is that
 * moment; an hour, day, month or year is taken whole. Throws RangeError for a date that is none, and for an end that
 * is not after its start.
 */
export function momentsBetween(dates: Dates, zone: Zone): Period {
  return between(dates, zone, (to) => {
    const { start, end } = parsePeriod(to, zone);
    return /[T ]\d\d:\d\d/.test(to) ? start : end;
  });
}

function between({ from, to }: Dates, zone: Zone, endOf: (to: string) => number): Period {
  const start = from === undefined ? -Infinity : parsePeriod(from, zone).start;
  const end = to === undefined ? Infinity : endOf(to);
  if (end > start) return { start, end };
  throw new RangeError(
    `the end ${JSON.stringify(to)} is not after the start ${JSON.stringify(from)}: expected a later one`,
  );
}
