import type { Zone } from '../../time/zone.ts';
import { momentsBetween, type Dates } from '../read/range.ts';
import { toTimestamp } from '../read/timestamp.ts';
import type { Span } from './review.ts';

/** The span (after, until] of the observations between two dates; see `momentsBetween`, also for what it throws. */
export function parseSpan(dates: Dates, zone: Zone): Span {
  const { start, end } = momentsBetween(dates, zone);
  return { after: toTimestamp(start), until: toTimestamp(end) };
}
