import { isDeepStrictEqual } from 'node:util';
import type { ClientBase } from 'pg';
import { toJsonb } from '../load/jsonb.ts';
import { measures, type Level } from '../measures.ts';
import { bucketEnd } from '../read/period.ts';
import { exclusionsIn, toMillis, type JudgedStation, type Span } from './review.ts';

type Values = Record<string, unknown>;

/**
 * The same for aggregates that a station sent to fill buckets: what an exclusion says of a measure goes to
 * `station_aggregate.excluded`, and comes back when none covers it any more. Covered is a bucket that lies in the
 * exclusion with all of its time; one that only reaches into it has other hours to tell of as well.
 *
 * Gives the hours to recompute, ms; days, months and years are queued by the table's trigger. Run it as `review`.
 */
export async function reviewSent(
  db: ClientBase,
  { id, zone }: Pick<JudgedStation, 'id' | 'zone'>,
  names: readonly string[],
  span: Span,
): Promise<Set<number>> {
  const hours = new Set<number>();
  const exclusions = await exclusionsIn(db, id, span);
  const { rows } = await db.query<{ level: Level; start: Date; values: Values; excluded: Values | null }>(
    `select level, start, values, excluded from station_aggregate
     where station_id = $1 and source = 'aggregation' and level <> 'A' and start >= $2 and start < $3`,
    [id, span.after, span.until],
  );
  for (const { level, start, values, excluded } of rows) {
    const from = start.getTime();
    const to = bucketEnd(level, from, zone);
    const covered = (name: string) =>
      exclusions.some((e) => e.measure === name && toMillis(e.after) <= from && to <= toMillis(e.until));
    const now: Values = {};
    const aside: Values = {};
    for (const [key, value] of Object.entries({ ...values, ...excluded })) {
      const name = measureOf(key);
      const out = name !== undefined && (names.includes(name) ? covered(name) : key in (excluded ?? {}));
      (out ? aside : now)[key] = value;
    }
    const before = Object.keys(excluded ?? {});
    if (isDeepStrictEqual(Object.keys(aside).sort(), before.sort())) continue;
    await db.query(
      `update station_aggregate set values = $4, excluded = $5
       where station_id = $1 and level = $2 and start = $3 and source = 'aggregation'`,
      [id, level, start, toJsonb(now), Object.keys(aside).length > 0 ? toJsonb(aside) : null],
    );
    if (level === 'H') hours.add(from);
  }
  return hours;
}

/** The measure that a key of an aggregate speaks of: `rain_rate` for `rain_rate_max`, not `rain`. */
function measureOf(key: string): string | undefined {
  return measures
    .map(({ name }) => name)
    .filter((name) => key === name || key.startsWith(`${name}_`))
    .sort((a, b) => b.length - a.length)[0];
}
