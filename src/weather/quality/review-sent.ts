import type { ClientBase } from 'pg';
import { toJsonb } from '../../store/jsonb.ts';
import { measures, type Level } from '../measures.ts';
import { bucketEnd } from '../read/bucket-period.ts';
import { doubtedKeys, type SendingStation } from './judge-sent.ts';
import { exclusionsIn, toMillis, type Span } from './review.ts';

type Values = Record<string, unknown>;

interface Row {
  level: Level;
  start: Date;
  values: Values;
  doubtful: Values | null;
  excluded: Values | null;
}

export interface SentReview {
  /** Aggregates of which something changed its place, and how many values did. */
  aggregates: number;
  values: number;
  /** Hours to recompute, ms; the first of a day, month or year stands for it. */
  hours: Set<number>;
}

/**
 * Judges anew the aggregates that a station sent to fill buckets, those that start in a span: what an exclusion says of
 * a measure goes to `excluded`, what the station's limits say to `doubtful`, and comes back when they no longer say so.
 * Covered is a bucket that lies in the exclusion with all of its time; one that only reaches into it has other hours
 * to tell of as well. Run it as `review`, and queue the hours.
 */
export async function reviewSent(
  db: ClientBase,
  station: SendingStation & { id: number },
  span: Span,
): Promise<SentReview> {
  const { id, zone } = station;
  const found: SentReview = { aggregates: 0, values: 0, hours: new Set() };
  const exclusions = await exclusionsIn(db, id, span);
  const { rows } = await db.query<Row>(
    `select level, start, values, doubtful, excluded from station_aggregate
     where station_id = $1 and source = 'aggregation' and level <> 'A' and start >= $2 and start < $3`,
    [id, span.after, span.until],
  );
  for (const row of rows) {
    const { level, start } = row;
    const from = start.getTime();
    const to = bucketEnd(level, from, zone);
    const covering = exclusions.filter((e) => toMillis(e.after) <= from && to <= toMillis(e.until));
    const covered = new Set(covering.map(({ measure }) => measure));
    const all = { ...row.values, ...row.doubtful, ...row.excluded };
    const [excluded, kept] = split(all, (key) => covered.has(measureOf(key) ?? ''));
    const doubted = new Set(doubtedKeys(kept, level, from, station));
    const [doubtful, values] = split(kept, (key) => doubted.has(key));
    const moved = Object.keys(all).filter(
      (key) =>
        key in excluded !== key in (row.excluded ?? {}) || key in doubtful !== key in (row.doubtful ?? {}),
    );
    if (moved.length === 0) continue;
    await db.query(
      `update station_aggregate set values = $4, doubtful = $5, excluded = $6
       where station_id = $1 and level = $2 and start = $3 and source = 'aggregation'`,
      [id, level, start, toJsonb(values), orNull(doubtful), orNull(excluded)],
    );
    found.aggregates += 1;
    found.values += moved.length;
    found.hours.add(from);
  }
  return found;
}

/** What is true of its key, and the rest. */
function split(values: Values, test: (key: string) => boolean): [Values, Values] {
  const entries = Object.entries(values);
  return [
    Object.fromEntries(entries.filter(([key]) => test(key))),
    Object.fromEntries(entries.filter(([key]) => !test(key))),
  ];
}

const orNull = (values: Values) => (Object.keys(values).length > 0 ? toJsonb(values) : null);

/** The measure that a key of an aggregate speaks of: `rain_rate` for `rain_rate_max`, not `rain`. */
function measureOf(key: string): string | undefined {
  return measures
    .map(({ name }) => name)
    .filter((name) => key === name || key.startsWith(`${name}_`))
    .sort((a, b) => b.length - a.length)[0];
}
