import { aggregateColumns, aggregateFacets, aggregateMeasures, observationColumns } from '../measures.ts';
import type { Column, Facet, Level, Measure, OmmMeasure } from '../measures.ts';
import { levelSources } from './levels.ts';
import type { LevelSource } from './levels.ts';
import { isWindowed, windows } from './omm.ts';
import { fromAggregate, fromObservation, ommFromObservation } from './readings.ts';
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
 * One INSERT … SELECT with two passes over each bucket's few rows: durations, sums and extremes first (`t`), then the
 * moments at which the extremes were reached (`x`). Two passes cost half of one with
 * max(array[value, -time, direction]) (measured); a LATERAL per bucket reads exactly its rows through the primary key,
 * in order, without a sort. Climatology values of
 * other rows come third (`w`).
 *
 * The first pass takes its rows in the order of time, always: a sum of floats depends on the order, and the same
 * observations must give the same sums to the last bit. It names its columns since `*` would copy twice as many.
 */
function write(source: LevelSource): string {
  const fromObservations = source.level === 'H';
  const read = fromObservations ? readObservation : fromAggregate;
  const readings = aggregateMeasures.map((m) => [m, read(m)] as const);
  const columns = aggregateColumns.map((c) => c.name);
  const values = fromObservations
    ? ['r.duration', ...valueColumns(observationColumns)]
    : valueColumns(aggregateColumns);
  return `
insert into aggregate (station_id, level, start, ${columns.join(', ')})
select b.station_id, '${source.level}', b.start,
  ${aggregateMeasures.flatMap((m) => stored(m, source)).join(',\n  ')}
from (${source.buckets}) b
cross join lateral (
  select count(*) as n, ${readings.flatMap(([m, r]) => totals(m, r, source)).join(',\n    ')}
  from (select ${values.join(', ')} ${source.rows} order by r.${source.order}) r
) t
cross join lateral (
  select ${readings.flatMap(([m, r]) => moments(m, r, source)).join(',\n    ')}
  ${source.rows}
) x
${windows(source)}
${joinSent(source)}
where t.n > 0 or ${isSent(source)}
on conflict (station_id, level, start) do update set
  ${columns.map((c) => `${c} = excluded.${c}`).join(', ')}`;
}

function readObservation(m: Measure | OmmMeasure): Reading {
  return 'of' in m ? ommFromObservation(m) : fromObservation(m);
}

function stored(m: Measure, source: LevelSource): string[] {
  return aggregateFacets(m).map((facet) => filled(m, facet, source, (part) => own(m, part, source)));
}

/** Where the statement has our own value of a facet. */
function own(m: Measure, facet: Facet, source: LevelSource): string {
  const pass = isWindowed(m, facet, source) ? 'w' : /_(time|dir)$/.test(facet) ? 'x' : 't';
  return `${pass}.${m.name}_${facet}`;
}

function totals(m: Measure, r: Reading, source: LevelSource): string[] {
  return select(m, source, {
    duration: `sum(${r.duration})`,
    sum: `sum(${r.sum})`,
    u: `sum(${r.vector.u})`,
    v: `sum(${r.vector.v})`,
    dir_u: `sum(${r.vector.dir_u})`,
    dir_v: `sum(${r.vector.dir_v})`,
    max: `max(${r.max.value})`,
    min: `min(${r.min.value})`,
  });
}

/** The earliest moment of the extreme, and the direction of that moment. */
function moments(m: Measure, r: Reading, source: LevelSource): string[] {
  const reached = (extreme: Extreme, which: string) =>
    `filter (where ${extreme.value} = t.${m.name}_${which})`;
  return select(m, source, {
    max_time: `min(${r.max.time}) ${reached(r.max, 'max')}`,
    max_dir: `(array_agg(${r.max.direction} order by ${r.max.time}, r.${source.order}) ${reached(r.max, 'max')})[1]`,
    min_time: `min(${r.min.time}) ${reached(r.min, 'min')}`,
  });
}

/** The expressions of those facets that the measure keeps and that come from the bucket's own rows, by column. */
function select(m: Measure, source: LevelSource, expressions: Record<string, string>): string[] {
  return aggregateFacets(m)
    .filter((facet) => facet in expressions && !isWindowed(m, facet, source))
    .map((facet) => `${expressions[facet]} as ${m.name}_${facet}`);
}

/** What the first pass reads: neither times nor directions of maxima. */
function valueColumns(columns: readonly Column[]): string[] {
  return columns.filter((c) => c.type === 'number' && !c.name.endsWith('_max_dir')).map((c) => `r.${c.name}`);
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
