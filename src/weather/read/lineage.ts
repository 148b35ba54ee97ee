import type { ClientBase } from 'pg';
import { periodStart } from '../local-time.ts';
import type { Zone } from '../../time/zone.ts';
import type { Level } from '../measures.ts';
import { findLevel, findStation } from './find-by-name.ts';
import { bucketEnd, clockAt, parsePeriod } from './bucket-period.ts';
import { toTimestamp } from './timestamp.ts';
import { writeTime } from './write-time.ts';

/** A file that an aggregate was made from. */
interface SourceFile {
  /** Path below the inbox under which it arrived. */
  file: string | null;
  /** Where it lies now. */
  finalPath: string | null;
  sha256: string | null;
  /** ISO UTC. */
  loadedAt: string | null;
  /** How many of its observations count in the aggregate, and the ends of the first and last, station time. */
  observations: number;
  first: string | null;
  last: string | null;
  /** How many lie in the nights beside the bucket: they count in its climatology values alone. */
  nights: number;
  /** How many aggregates that the station made itself lie in it; they fill what observations leave open. */
  aggregates: number;
}

export interface Lineage {
  station: string;
  level: Level;
  /** Start of the bucket, station time; null for level A. */
  start: string | null;
  files: SourceFile[];
}

/**
 * The files behind an aggregate, by the time of their observations. `start` is any moment in the bucket, station time
 * or with an offset; not needed for level A. Throws `NotFound` and RangeError as `show` does.
 */
export async function traceLineage(
  db: ClientBase,
  station: string,
  level: string,
  start?: string,
): Promise<Lineage> {
  const known = findLevel(level);
  const { id, code, zone } = await findStation(db, station);
  if (known !== 'A' && start === undefined) {
    throw new RangeError(`level ${known} needs the start of a bucket, such as 2021-06-01T13:00`);
  }
  const begin =
    known === 'A' || start === undefined
      ? -Infinity
      : periodStart(known, parsePeriod(start, zone).start, zone);
  const end = bucketEnd(known, begin, zone);
  const { rows } = await db.query<{
    name: string | null;
    final_path: string | null;
    sha256: string | null;
    loaded_at: Date | null;
    observations: number;
    first: Date | null;
    last: Date | null;
    nights: number;
    aggregates: number;
  }>(
    `select f.name, f.final_path, f.sha256, f.loaded_at, u.observations, u.first, u.last, u.nights, u.aggregates from (
       select file_id, sum(own)::int as observations, min(stop) filter (where own = 1) as first,
         max(stop) filter (where own = 1) as last, sum(night)::int as nights, sum(aggregates)::int as aggregates, min(stop) as earliest
       from (
         select file_id, (stop > $2 and stop <= $3)::int as own, (stop <= $2 or stop > $3)::int as night, stop,
           0 as aggregates
         from observation where station_id = $1 and stop > $4 and stop <= $5
         union all
         select file_id, 0, 0, start, 1 from station_aggregate
         where station_id = $1 and start >= $2 and start < $3
           and source = 'aggregation' and level <> 'A' and values <> '{}'
       ) each
       group by file_id
     ) u left join file f on f.id = u.file_id
     order by u.earliest, f.id`,
    [id, toTimestamp(begin), toTimestamp(end), ...nightsAround(known, begin, end, zone).map(toTimestamp)],
  );
  const local = (at: Date | null) => (at ? writeTime(at.getTime(), zone) : null);
  return {
    station: code,
    level: known,
    start: known === 'A' ? null : writeTime(begin, zone),
    files: rows.map((row) => ({
      file: row.name,
      finalPath: row.final_path,
      sha256: row.sha256,
      loadedAt: row.loaded_at?.toISOString() ?? null,
      observations: row.observations,
      first: local(row.first),
      last: local(row.last),
      nights: row.nights,
      aggregates: row.aggregates,
    })),
  };
}

/**
 * The span that the climatology values of a bucket of days look at: from 19:00 of the evening before until 07:00 of the
 * morning after (aggregate/levels.ts). Hours have none.
 */
function nightsAround(level: Level, begin: number, end: number, zone: Zone): [number, number] {
  if (level === 'H' || level === 'A') return [begin, end];
  return [clockAt(-5, begin, zone), clockAt(7, end, zone)];
}
