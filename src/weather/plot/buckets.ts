import type { ClientBase } from 'pg';
import { periodStart } from '../local-time.ts';
import { aggregateFacets, type Facet, type Level, type Measure } from '../measures.ts';
import type { KnownStation } from '../read/names.ts';
import { bucketEnd, type Period } from '../read/period.ts';

/** Levels that have a time axis. */
export type PlotLevel = Exclude<Level, 'A'>;

/** More make a picture that no eye can read and no browser likes to draw. */
const MOST = 5_000;

const HOUR = 3_600_000;

/** One bucket on the time axis, there or not. */
export interface Bucket {
  /** Instant, ms. */
  start: number;
  /** Length in minutes: what durations compare with. */
  minutes: number;
  /** Where it lies on an axis of local time: ms, written as if it were UTC. */
  from: number;
  to: number;
  /** A part of a measure, numbers as they are and times as instants (ms); null when the bucket has none. */
  get(measure: string, facet: Facet): number | null;
}

/**
 * All buckets of a period in order, those without data too: a gap is a bucket that gives null for everything.
 * Throws RangeError when they are too many for a picture.
 */
export async function readBuckets(
  db: ClientBase,
  { id, zone }: KnownStation,
  level: PlotLevel,
  { start, end }: Period,
  measures: readonly Measure[],
): Promise<Bucket[]> {
  const starts: number[] = [];
  for (let at = periodStart(level, start, zone); at < end; at = bucketEnd(level, at, zone)) {
    if (starts.push(at) > MOST) throw new RangeError(tooMany(level));
  }
  const columns = measures.flatMap((m) => aggregateFacets(m).map((facet) => `${m.name}_${facet}`));
  const { rows } = await db.query<Record<string, number | Date | null>>(
    `select start, ${columns.join(', ')} from aggregate
     where station_id = $1 and level = $2 and start >= $3 and start < $4`,
    [id, level, new Date(starts[0] ?? start), new Date(end)],
  );
  const stored = new Map(rows.map((row) => [(row['start'] as Date).getTime(), row]));
  return starts.map((at) => {
    const next = bucketEnd(level, at, zone);
    const row = stored.get(at);
    const from = zone.toLocal(at);
    return {
      start: at,
      minutes: (next - at) / 60_000,
      from,
      // Where clocks go back an hour ends when it began: the axis shows both hours in one place.
      to: level === 'H' ? from + HOUR : zone.toLocal(next),
      get(measure, facet) {
        const value = row?.[`${measure}_${facet}`] ?? null;
        return value instanceof Date ? value.getTime() : value;
      },
    };
  });
}

const tooMany = (level: PlotLevel) =>
  `a picture holds at most ${MOST} buckets, and level ${level} gives more: ask for a shorter period (--from, --to) or a higher level`;

/** Mean of a measure over the minutes that it covers; null without. */
export function meanOf(bucket: Bucket, measure: string): number | null {
  const [sum, duration] = [bucket.get(measure, 'sum'), bucket.get(measure, 'duration')];
  return sum !== null && duration ? sum / duration : null;
}

/** The share of a bucket that a measure covers, 0 to 1. */
export function coverage(bucket: Bucket, measure: string): number {
  return Math.min((bucket.get(measure, 'duration') ?? 0) / bucket.minutes, 1);
}
