import type { ClientBase } from 'pg';
import { aggregateFacets, aggregateMeasures, type Facet, type Level, type Measure } from '../measures.ts';
import type { Zone } from '../../time/zone.ts';
import { meanDirection } from './direction.ts';
import { findLevel, findMeasures, findStation, type KnownStation } from './find-by-name.ts';
import { bucketEnd, clockAt } from './bucket-period.ts';
import { bucketsBetween, type Dates } from './range.ts';
import { toTimestamp } from './timestamp.ts';
import { writeTime } from './write-time.ts';

/** One measure of one bucket. Absent is null. */
export interface AggregateRow {
  /** Code. */
  station: string;
  level: Level;
  /** Station's local time, as stations write it: `2021-06-01T13:00:00`; null for level A. */
  start: string | null;
  /** Name; of WMO climatology values `<m>_omm`. */
  measure: string;
  /** Σ value × duration in minutes; the total of rain (mm), radiation (J/cm²) and etp (mm). */
  sum: number | null;
  /** Minutes that the measure covers. */
  duration: number | null;
  mean: number | null;
  max: number | null;
  /** Earliest moment of the maximum, station's local time. */
  maxTime: string | null;
  /** Degrees. */
  maxDir: number | null;
  min: number | null;
  minTime: string | null;
  /** Mean direction, degrees that the wind comes from: each minute alike, and each as much as it blew. */
  dir: number | null;
  dirWeighted: number | null;
}

/** First and last bucket, and: */
export interface ShowOptions extends Dates {
  /** Names, climatology values as `<m>_omm`; all when empty or left out. */
  measures?: readonly string[];
}

/** A row and how long its bucket is, in minutes: what its duration compares with. Null for all time. */
export interface Shown {
  row: AggregateRow;
  length: number | null;
}

/**
 * The aggregates of a station at a level, by start, then measure; measures that a bucket has nothing of are left out.
 * Reads the tables of the session's search path. Throws `NotFound` for a station, level or measure there is none of,
 * RangeError for dates that are none.
 */
export async function show(
  db: ClientBase,
  station: string,
  level: string,
  options: ShowOptions = {},
): Promise<Shown[]> {
  const wanted = findMeasures(options.measures ?? [], aggregateMeasures);
  const known = findLevel(level);
  return read(db, await findStation(db, station), known, wanted, options);
}

async function read(
  db: ClientBase,
  station: KnownStation,
  level: Level,
  measures: readonly Measure[],
  dates: Dates,
): Promise<Shown[]> {
  const { zone } = station;
  const { start: first, end } = bucketsBetween(dates, zone, level);
  const columns = measures.flatMap((m) => aggregateFacets(m).map((facet) => `${m.name}_${facet}`));
  const { rows } = await db.query<Bucket>(
    `select start, ${columns.join(', ')} from aggregate
     where station_id = $1 and level = $2 and start >= $3 and start < $4 order by start`,
    [station.id, level, toTimestamp(first), toTimestamp(end)],
  );
  return rows.flatMap((bucket) => {
    const start = level === 'A' ? undefined : (bucket.start as Date).getTime();
    return measures.flatMap((m) => {
      const row = toRow(station, level, start, m, bucket);
      return row ? { row, length: start === undefined ? null : lengthFor(m, level, start, zone) } : [];
    });
  });
}

/** Minutes of a bucket; for climatology totals those from its first morning to the morning after it (omm.ts). */
function lengthFor(m: Measure, level: Level, start: number, zone: Zone): number {
  const end = bucketEnd(level, start, zone);
  const shifted = level !== 'H' && m.aggregate === 'total' && 'of' in m;
  const from = (midnight: number) => (shifted ? clockAt(7, midnight, zone) : midnight);
  return (from(end) - from(start)) / 60_000;
}

/** A row of the table; PostgreSQL's -infinity arrives as a number. */
type Bucket = Record<string, number | Date | null>;

function toRow(
  { code, zone }: KnownStation,
  level: Level,
  start: number | undefined,
  m: Measure,
  bucket: Bucket,
): AggregateRow | undefined {
  const number = (facet: Facet) => (bucket[`${m.name}_${facet}`] ?? null) as number | null;
  const time = (facet: Facet) => {
    const at = bucket[`${m.name}_${facet}`] as Date | null | undefined;
    return at ? writeTime(at.getTime(), zone) : null;
  };
  const [sum, duration, max, min] = [number('sum'), number('duration'), number('max'), number('min')];
  const dir = meanDirection(number('dir_u'), number('dir_v'), duration);
  if (duration === null && max === null && min === null && dir === null) return undefined;
  return {
    station: code,
    level,
    start: start === undefined ? null : writeTime(start, zone),
    measure: m.name,
    sum,
    duration,
    mean: m.aggregate === 'mean' && sum !== null && duration ? sum / duration : null,
    max,
    maxTime: time('max_time'),
    maxDir: number('max_dir'),
    min,
    minTime: time('min_time'),
    dir,
    dirWeighted: meanDirection(number('u'), number('v'), duration),
  };
}
