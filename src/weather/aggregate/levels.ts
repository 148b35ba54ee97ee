import type { Level } from '../measures.ts';

/**
 * What the buckets of a level are made of. In all SQL here buckets come as `$1::int[]` (station ids) and
 * `$2::timestamptz[]` (starts); `b` is a bucket, `r` a row that it is made of.
 */
export interface LevelSource {
  level: Level;
  /** The buckets of this level that hold the given buckets of the level below; absent for hours. */
  parents?: string;
  /** The given buckets with what `rows` needs of them. */
  buckets: string;
  /** FROM and WHERE of the rows of bucket `b`. */
  rows: string;
  /** Column of `r` that orders the rows. */
  order: 'stop' | 'start';
  /** Length of bucket `b` in minutes; absent for all time. */
  length?: string;
  /** FROM and WHERE of the rows `r` that climatology values of bucket `b` are made of, where not of its own. */
  omm?: Record<'max' | 'min' | 'total', string>;
}

const length = 'extract(epoch from b.until - b.start)::float8 / 60';

const given = `from unnest($1::int[], $2::timestamptz[]) as g (station_id, start)
    join station s on s.id = g.station_id`;

/**
 * After which moment an hour begins: its start. Where the clock is moved by half an hour (Lord Howe), the hour that
 * the change cuts begins with the change, or it would share its first half with the hour before.
 */
const after = `case when date_trunc('hour', g.start + interval '1 microsecond', s.timezone) = g.start
      then g.start else g.start + interval '30 minutes' end`;

const hour: LevelSource = {
  level: 'H',
  buckets: `select g.station_id, g.start, ${after} as after, g.start + interval '1 hour' as until,
      s.mean_from = 'instant' as instant
    ${given}`,
  // (start, end]: an observation belongs to the hour in which its period ends.
  rows: 'from observation r where r.station_id = b.station_id and r.stop > b.after and r.stop <= b.until',
  order: 'stop',
  length,
};

function parents(start: string): string {
  return `select distinct g.station_id, (${start})::text as start ${given} order by 1, 2`;
}

/**
 * The moment of a local midnight: its first coming where the clock shows it twice (Havana), as `Zone` has it; where it
 * is skipped (Beirut), the change. PostgreSQL itself takes the second.
 */
const midnight = (local: string) =>
  `least((${local}) at time zone s.timezone, (${local} - interval '1 hour') at time zone s.timezone + interval '1 hour')`;

/** Buckets bear the name of their start, so a period holds those of the level below with starts in [start, until). */
function period(level: Level, unit: 'day' | 'month' | 'year', below: Level): LevelSource {
  return {
    level,
    parents: parents(midnight(`date_trunc('${unit}', g.start at time zone s.timezone)`)),
    // By the calendar, because days have 23 to 25 hours.
    buckets: `select g.station_id, g.start,
      ${midnight(`date_trunc('${unit}', g.start at time zone s.timezone) + interval '1 ${unit}'`)} as until
    ${given}`,
    rows: `from aggregate r where r.station_id = b.station_id and r.level = '${below}'
      and r.start >= b.start and r.start < b.until`,
    order: 'start',
    length,
  };
}

/** A time of day on the local clock, of the day that holds a moment. */
const clock = (moment: string, time: string) =>
  `(date_trunc('day', (${moment}) at time zone s.timezone) + interval '${time}') at time zone s.timezone`;

const dayBefore = (day: string) => `${day} - interval '1 microsecond'`;

/** Of hours with starts in [from, until). */
const hoursIn = (from: string, until: string) =>
  `from aggregate r where r.station_id = b.station_id and r.level = 'H' and r.start >= ${from} and r.start < ${until}`;

/**
 * The climatology values of a day look beyond it: maxima and rain over (07:00, 07:00 of the next day], minima over
 * (19:00 of the day before, 19:00]. So an hour before 07:00 concerns the day before as well, one from 19:00 on the
 * day after; if those are there: a day is there as soon as it has an hour of its own.
 */
const day: LevelSource = {
  ...period('D', 'day', 'H'),
  parents: `with d as (
      select g.station_id, s.timezone, date_trunc('day', local) as day,
        bool_or(local::time < '07:00') as early, bool_or(local::time >= '19:00') as late
      ${given} cross join lateral (select g.start at time zone s.timezone as local) l group by 1, 2, 3
    ), s as (
      select *, ${midnight('day')} as start from d s
    ), neighbour as (
      select station_id, ${midnight(`date_trunc('day', (${dayBefore('start')}) at time zone s.timezone)`)} as day
      from s where early
      union
      select station_id, ${midnight(`day + interval '1 day'`)} from s where late
    )
    select station_id, start::text as start from s
    union
    select a.station_id, a.start::text from neighbour n cross join lateral (
      select station_id, start from aggregate where station_id = n.station_id and level = 'D' and start = n.day offset 0
    ) a order by 1, 2`,
  buckets: `select b.*, s.* from (${period('D', 'day', 'H').buckets}) b cross join lateral (
      select ${clock('b.start', '7 hours')} as morning, ${clock('b.start', '1 day 7 hours')} as next_morning,
        ${clock(dayBefore('b.start'), '19 hours')} as evening_before, ${clock('b.start', '19 hours')} as evening
      from station s where s.id = b.station_id
    ) s`,
  omm: {
    max: hoursIn('b.morning', 'b.next_morning'),
    min: hoursIn('b.evening_before', 'b.evening'),
    total: hoursIn('b.morning', 'b.next_morning'),
  },
};

const allTime: LevelSource = {
  level: 'A',
  parents: parents(`'-infinity'::timestamptz`),
  buckets: `select g.station_id, g.start ${given}`,
  rows: `from aggregate r where r.station_id = b.station_id and r.level = 'Y'`,
  order: 'start',
};

/** Every level, in the order in which they must be made. */
export const levelSources: readonly LevelSource[] = [
  hour,
  day,
  period('M', 'month', 'D'),
  period('Y', 'year', 'M'),
  allTime,
];
