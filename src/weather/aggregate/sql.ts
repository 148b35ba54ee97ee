import { aggregateColumns, aggregateFacets, measures, observationColumns } from '../measures.ts';
import type { Column, Level, Measure } from '../measures.ts';
import { levelSources } from './levels.ts';
import type { LevelSource } from './levels.ts';
import { fromAggregate, fromObservation } from './readings.ts';
import type { Extreme, Reading } from './readings.ts';
import { existsSent, filled, isSent, joinSent } from './sent.ts';

/** `$1` station ids, `$2` starts of buckets of this level; of the level below in `parents`. */
export interface LevelStatements {
  level: Level;
  parents?: string;
  /** Makes the buckets anew from the level below, or from observations. */
  write: string;
  /** Removes those of them that nothing is left of. */
  prune: string;
}

/** What recomputes the buckets of every level, in the order in which to run it. */
export const statements: readonly LevelStatements[] = levelSources.map((source) => ({
  level: source.level,
  ...(source.parents && { parents: source.parents }),
  write: write(source),
  prune: prune(source),
}));

/**
 * One INSERT … SELECT with two passes over each bucket's few rows: durations, sums and extremes first, then the
 * moments at which the extremes were reached. Two passes cost half of one with max(array[value, -time, direction])
 * (measured); a LATERAL per bucket reads exactly its rows through the primary key, in order, without a sort.
 *
 * The first pass takes its rows in the order of time, always: a sum of floats depends on the order, and the same
 * observations must give the same sums to the last bit. It names its columns since `*` would copy twice as many.
 */
function write(source: LevelSource): string {
  const fromObservations = source.level === 'H';
  const read = fromObservations ? fromObservation : fromAggregate;
  const readings = measures.map((m) => [m, read(m)] as const);
  const columns = aggregateColumns.map((c) => c.name);
  const values = fromObservations
    ? ['r.duration', ...valueColumns(observationColumns)]
    : valueColumns(aggregateColumns);
  return `
insert into aggregate (station_id, level, start, ${columns.join(', ')})
select b.station_id, '${source.level}', b.start,
  ${measures.flatMap((m) => aggregateFacets(m).map((facet) => filled(m, facet, source))).join(',\n  ')}
from (${source.buckets}) b
cross join lateral (
  select count(*) as n, ${readings.flatMap(([m, r]) => totals(m, r)).join(',\n    ')}
  from (select ${values.join(', ')} ${source.rows} order by r.${source.order}) r
) t
cross join lateral (
  select ${readings.flatMap(([m, r]) => moments(m, r, source.order)).join(',\n    ')}
  ${source.rows}
) x
${joinSent(source)}
where t.n > 0 or ${isSent(source)}
on conflict (station_id, level, start) do update set
  ${columns.map((c) => `${c} = excluded.${c}`).join(', ')}`;
}

function totals(m: Measure, r: Reading): string[] {
  return select(m, {
    duration: `sum(${r.duration})`,
    sum: `sum(${r.sum})`,
    max: `max(${r.max.value})`,
    min: `min(${r.min.value})`,
  });
}

/** The earliest moment of the extreme, and the direction of that moment. */
function moments(m: Measure, r: Reading, order: string): string[] {
  const reached = (extreme: Extreme, which: string) =>
    `filter (where ${extreme.value} = t.${m.name}_${which})`;
  return select(m, {
    max_time: `min(${r.max.time}) ${reached(r.max, 'max')}`,
    max_dir: `(array_agg(${r.max.direction} order by ${r.max.time}, r.${order}) ${reached(r.max, 'max')})[1]`,
    min_time: `min(${r.min.time}) ${reached(r.min, 'min')}`,
  });
}

/** The expressions of those facets that the measure keeps, under their columns' names. */
function select(m: Measure, expressions: Record<string, string>): string[] {
  return aggregateFacets(m)
    .filter((facet) => facet in expressions)
    .map((facet) => `${expressions[facet]} as ${m.name}_${facet}`);
}

/** What the first pass reads: neither times nor directions. */
function valueColumns(columns: readonly Column[]): string[] {
  return columns.filter((c) => c.type === 'number' && !c.name.endsWith('_dir')).map((c) => `r.${c.name}`);
}

/** OFFSET 0 and the array keep PostgreSQL from joining whole tables where statistics are missing or old. */
function prune(source: LevelSource): string {
  return `
delete from aggregate where ctid = any (array(
  select a.ctid
  from (${source.buckets}) b
  cross join lateral (
    select ctid from aggregate
    where station_id = b.station_id and level = '${source.level}' and start = b.start offset 0
  ) a
  where not exists (select ${source.rows} offset 0) and not ${existsSent(source)}
))`;
}
