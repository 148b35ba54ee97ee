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

/** Buckets bear the name of their start, so a period holds those of the level below with starts in [start, until). */
function period(level: Level, unit: 'day' | 'month' | 'year', below: Level): LevelSource {
  return {
    level,
    parents: parents(`date_trunc('${unit}', g.start, s.timezone)`),
    // By the calendar, because days have 23 to 25 hours; from local midnight, which a change of time may skip.
    buckets: `select g.station_id, g.start,
      (date_trunc('${unit}', g.start at time zone s.timezone) + interval '1 ${unit}') at time zone s.timezone as until
    ${given}`,
    rows: `from aggregate r where r.station_id = b.station_id and r.level = '${below}'
      and r.start >= b.start and r.start < b.until`,
    order: 'start',
    length,
  };
}

/** A time of day on the local clock, of the day that holds a moment. */
const clock = (moment: string, time: string) =>
  `(date_trunc('day', ${moment} at time zone s.timezone) + interval '${time}') at time zone s.timezone`;

const nextDay = (day: string) => clock(day, '1 day');
const dayBefore = (day: string) => `date_trunc('day', ${day} - interval '1 microsecond', s.timezone)`;

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
  parents: `with s as (
      select g.station_id, s.timezone, date_trunc('day', g.start, s.timezone) as day,
        bool_or(local::time < '07:00') as early, bool_or(local::time >= '19:00') as late
      ${given} cross join lateral (select g.start at time zone s.timezone as local) l group by 1, 2, 3
    ), neighbour as (
      select station_id, ${dayBefore('s.day')} as day from s where early
      union
      select station_id, ${nextDay('s.day')} from s where late
    )
    select station_id, day::text as start from s
    union
    select a.station_id, a.start::text from neighbour n cross join lateral (
      select station_id, start from aggregate where station_id = n.station_id and level = 'D' and start = n.day offset 0
    ) a order by 1, 2`,
  buckets: `select g.station_id, g.start, ${nextDay('g.start')} as until,
      ${clock('g.start', '07:00')} as morning, ${clock(nextDay('g.start'), '07:00')} as next_morning,
      ${clock(dayBefore('g.start'), '19:00')} as evening_before, ${clock('g.start', '19:00')} as evening
    ${given}`,
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
