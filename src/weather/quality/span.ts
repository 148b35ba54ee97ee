import type { Zone } from '../local-time.ts';
import { parsePeriod } from '../read/period.ts';
import type { Span } from './review.ts';

/**
 * The span (after, until] of observations from one date or time to another, station's local time unless they carry an
 * offset. A time is that moment; a day, month or year is taken whole: it begins with its start and ends with its end.
 * What is left out is open. Throws RangeError for a date that is none, and when the end is not after the start.
 */
export function parseSpan({ from, to }: { from?: string; to?: string }, zone: Zone): Span {
  const after = from === undefined ? undefined : parsePeriod(from, zone).start;
  const until = to === undefined ? undefined : endOf(to, zone);
  if (after !== undefined && until !== undefined && until <= after) {
    throw new RangeError(
      `the end ${JSON.stringify(to)} is not after the start ${JSON.stringify(from)}: expected a later one`,
    );
  }
  return {
    after: after === undefined ? '-infinity' : new Date(after).toISOString(),
    until: until === undefined ? 'infinity' : new Date(until).toISOString(),
  };
}

function endOf(text: string, zone: Zone): number {
  const { start, end } = parsePeriod(text, zone);
  return /[T ]\d\d:\d\d/.test(text) ? start : end;
}
