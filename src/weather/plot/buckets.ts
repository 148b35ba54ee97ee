import type { ClientBase } from 'pg';
import { periodStart } from '../local-time.ts';
import type { Zone } from '../../time/zone.ts';
import { aggregateFacets, type Facet, type Level, type Measure } from '../measures.ts';
import type { KnownStation } from '../read/find-by-name.ts';
import { bucketEnd, type Period } from '../read/bucket-period.ts';

/** Levels that have a time axis. */
export type PlotLevel = Exclude<Level, 'A'>;

/** More make a picture that no eye can read and no browser likes to draw. */
const MOST = 5_000;

/** One bucket on the time axis, there or not. */
export interface Bucket extends Period {
  /** Length in minutes: what durations compare with. */
  minutes: number;
  /** What its station's clock shows. */
  zone: Zone;
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
  const periods: (Period & { name: number })[] = [];
  for (let at = periodStart(level, start, zone); at < end;) {
    // Where the clock is moved by half an hour, the hour that begins with the change is named for a start before it.
    const name = periodStart(level, at, zone);
    const next = bucketEnd(level, name, zone);
    if (periods.push({ name, start: at, end: next }) > MOST) throw new RangeError(tooMany(level));
    at = next;
  }
  const columns = measures.flatMap((m) => aggregateFacets(m).map((facet) => `${m.name}_${facet}`));
  const { rows } = await db.query<Record<string, number | Date | null>>(
    `select start, ${columns.join(', ')} from aggregate
     where station_id = $1 and level = $2 and start >= $3 and start < $4`,
    [id, level, new Date(periods[0]?.name ?? start), new Date(end)],
  );
  const stored = new Map(rows.map((row) => [(row['start'] as Date).getTime(), row]));
  return periods.map(({ name, ...period }) => {
    const row = stored.get(name);
    return {
      ...period,
      minutes: (period.end - period.start) / 60_000,
      zone,
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
