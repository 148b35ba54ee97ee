import type { ClientBase } from 'pg';
import { aggregateColumns, observationColumns, type Level, type Measure } from '../measures.ts';
import type { KnownStation } from '../read/find-by-name.ts';
import { bucketEnd, type Period } from '../read/bucket-period.ts';
import { toTimestamp } from '../read/timestamp.ts';

/** `validation` is stored apart; `aggregation` fills buckets that have no observations. */
export const sources = ['validation', 'aggregation'] as const;
export type Source = (typeof sources)[number];

/** A bucket as the station computed it. */
export interface SentBucket {
  /** Ms; -∞ for level A. */
  start: number;
  /** Numbers and times under our names of the station's keys. */
  values: Record<string, unknown>;
}

/** The same bucket as we have it. */
export interface OwnBucket {
  /** Numbers of `aggregate` by column; empty when there is no such bucket. */
  row: Record<string, unknown>;
  /** Names of the measures asked for that its observations carry; undefined when it has no observations. */
  observed?: ReadonlySet<string>;
}

/** Buckets read at a time: their rows are wide, and a network's history has many. */
const PORTION = 500;

/** What a station sent of a level, in portions, by start. An empty aggregate is its way to say nothing. */
export async function* readTheirs(
  db: ClientBase,
  { id }: KnownStation,
  source: Source,
  level: Level,
  { start: first, end }: Period,
): AsyncGenerator<SentBucket[]> {
  let after: Date | number | undefined;
  for (;;) {
    const { rows } = await db.query<{ start: Date | number; values: Record<string, unknown> }>(
      `select start, values from station_aggregate
       where station_id = $1 and source = $2 and level = $3 and values <> '{}'
         and start >= $4 and start < $5 and ($6::timestamptz is null or start > $6)
       order by start limit ${PORTION}`,
      [id, source, level, toTimestamp(first), toTimestamp(end), after ?? null],
    );
    if (rows.length > 0) yield rows.map(({ start, values }) => ({ start: Number(start), values }));
    // Level A has one bucket, whose start is no date.
    if (rows.length < PORTION || level === 'A') return;
    after = rows.at(-1)!.start;
  }
}

/** Our side of the buckets, in their order. */
export async function readOurs(
  db: ClientBase,
  { id, zone }: KnownStation,
  level: Level,
  buckets: readonly SentBucket[],
  measures: readonly Measure[],
): Promise<OwnBucket[]> {
  // Those alone that the station speaks of: looking for a measure that no observation carries reads the whole bucket.
  const asked = measures.filter(({ name }) =>
    buckets.some(({ values }) => Object.keys(values).some((key) => key.startsWith(`${name}_`))),
  );
  const { rows } = await db.query<Record<string, unknown> & { observed: (boolean | null)[] }>(
    `select ${numbers.map((column) => `a.${column}`).join(', ')},
       array[${['true', ...asked.map(carriedBy)].map(firstWith).join(', ')}] as observed
     from unnest($2::timestamptz[], $3::timestamptz[]) with ordinality k (start, until, i)
     left join aggregate a on a.station_id = $1 and a.level = $4 and a.start = k.start
     order by k.i`,
    [
      id,
      buckets.map(({ start }) => toTimestamp(start)),
      buckets.map(({ start }) => toTimestamp(bucketEnd(level, start, zone))),
      level,
    ],
  );
  return rows.map(({ observed: [any, ...carried], ...row }) => ({
    row,
    ...(any && { observed: new Set(asked.filter((_, i) => carried[i]).map(({ name }) => name)) }),
  }));
}

const numbers = aggregateColumns.filter(({ type }) => type === 'number').map(({ name }) => name);

/** Has observation `o` anything of the measure? */
function carriedBy({ name }: Measure): string {
  const parts = ['', '_avg', '_sum', '_max', '_min'].map((facet) => `${name}${facet}`);
  const columns = observationColumns.map((c) => c.name).filter((column) => parts.includes(column));
  return `coalesce(${columns.map((column) => `o.${column}`).join(', ')}) is not null`;
}

/** True when an observation of bucket `k` fulfils it, else null; the first one that does ends the search. */
const firstWith = (condition: string) =>
  `(select true from observation o
    where o.station_id = $1 and o.stop > k.start and o.stop <= k.until and ${condition} limit 1)`;
