import type { Level } from '../measures.ts';

/**
 * What a level is made of. All SQL here takes the changed hours as `$1::int[]` (station ids) and
 * `$2::timestamptz[]` (starts), and names a bucket `b` and the rows it is made of `r`.
 */
export interface LevelSource {
  level: Level;
  /** Buckets of this level that hold the changed hours: station_id, start, and what `rows` needs. */
  buckets: string;
  /** FROM and WHERE of the rows of bucket `b`. */
  rows: string;
  /** Column of `r` that orders the rows: the same order every time gives the same sum to the last bit. */
  order: 'stop' | 'start';
}

/**
 * Start of the hour of `time`. PostgreSQL keeps the offset of that moment, so that the doubled hour of a change to
 * winter time makes two hours.
 */
const hourOf = (time: string, zone: string) => `date_trunc('hour', ${time}, ${zone})`;

/**
 * After which moment an hour begins: its start. Where the clock is moved by half an hour (Lord Howe), the hour that
 * the change cuts begins with the change, or it would share its first half with the hour before.
 */
const after = `case when ${hourOf(`h.start + interval '1 microsecond'`, 's.timezone')} = h.start
      then h.start else h.start + interval '30 minutes' end`;

const changed = `from unnest($1::int[], $2::timestamptz[]) as h (station_id, start)
    join station s on s.id = h.station_id`;

const hour: LevelSource = {
  level: 'H',
  buckets: `select s.id as station_id, h.start, ${after} as after, h.start + interval '1 hour' as until,
      s.mean_from = 'instant' as instant
    ${changed}`,
  // (start, end]: an observation belongs to the hour in which its period ends.
  rows: 'from observation r where r.station_id = b.station_id and r.stop > b.after and r.stop <= b.until',
  order: 'stop',
};

/** The buckets below bear the name of their start, so a period holds the starts in [start, until). */
function period(level: Level, unit: 'day' | 'month' | 'year', below: Level): LevelSource {
  return {
    level,
    // `until` from local midnight, not from `start` + 1 day: days have 23 to 25 hours.
    buckets: `select distinct s.id as station_id, date_trunc('${unit}', h.start, s.timezone) as start,
      (date_trunc('${unit}', h.start at time zone s.timezone) + interval '1 ${unit}') at time zone s.timezone as until
    ${changed}`,
    rows: `from aggregate r where r.station_id = b.station_id and r.level = '${below}'
      and r.start >= b.start and r.start < b.until`,
    order: 'start',
  };
}

const allTime: LevelSource = {
  level: 'A',
  buckets: `select distinct s.id as station_id, '-infinity'::timestamptz as start ${changed}`,
  rows: `from aggregate r where r.station_id = b.station_id and r.level = 'Y'`,
  order: 'start',
};

/** Every level from what it is made of, in the order in which they must be made. */
export const levelSources: readonly LevelSource[] = [
  hour,
  period('D', 'day', 'H'),
  period('M', 'month', 'D'),
  period('Y', 'year', 'M'),
  allTime,
];
