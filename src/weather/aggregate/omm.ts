import { aggregateFacets, ommMeasures } from '../measures.ts';
import type { Facet, Measure, OmmMeasure } from '../measures.ts';
import type { LevelSource } from './levels.ts';

/**
 * Climatology values (OMM) that are not made of all rows of their bucket. The means of hours are the
 * value at their end, for 60 minutes. Extremes and totals of days are made of hours of other windows than the day,
 * `omm` of its `LevelSource`; only where the day has something of the measure itself: not a night without its day.
 */

/** Is this facet of the bucket made of other rows than all its own? */
export function isWindowed(m: Measure, facet: Facet, { omm, level }: LevelSource): boolean {
  if (!('of' in m)) return false;
  const isMean = m.aggregate === 'mean' && (facet === 'sum' || facet === 'duration');
  return level === 'H' ? isMean : omm !== undefined && !isMean;
}

/** LATERAL join of those facets as `w`; nothing where there are none. */
export function windows(source: LevelSource): string {
  const { omm, order, level } = source;
  if (level === 'H') return onTheHour;
  if (!omm) return '';
  const parts = ommMeasures.flatMap((m) => [
    ...(m.aggregate === 'total' ? [total(m, omm.total, order)] : []),
    ...(m.max ? [extreme(m, 'max', omm.max, order)] : []),
    ...(m.min ? [extreme(m, 'min', omm.min, order)] : []),
  ]);
  return `cross join lateral (
  select * from (values (0)) as one (row)
  ${parts.join('\n  ')}
) w`;
}

/** The observation that ends with the hour, found by its key: one more aggregate over all rows costs twice as much. */
const onTheHour = `left join lateral (
  select ${ommMeasures
    .filter(({ aggregate }) => aggregate === 'mean')
    .flatMap(({ name, from }) => [
      `case when o.${from} is not null then 60 end as ${name}_duration`,
      `o.${from} * 60 as ${name}_sum`,
    ])
    .join(', ')}
  from observation o where o.station_id = b.station_id and o.stop = b.until offset 0
) w on true`;

const isThere = (m: OmmMeasure) => `t.${m.of}_duration is not null`;

/** Of the hours' totals, in the order of time, because a sum of floats depends on it. */
function total(m: OmmMeasure, rows: string, order: string): string {
  const sums = (['duration', 'sum'] as const).map((facet) => `sum(r.${m.of}_${facet}) as ${m.name}_${facet}`);
  return `left join lateral (
    select ${sums.join(', ')}
    from (select r.${m.of}_duration, r.${m.of}_sum ${rows} and ${isThere(m)} order by r.${order}) r
  ) ${m.name} on true`;
}

/** The earliest of the window's highest or lowest. */
function extreme(m: OmmMeasure, which: 'max' | 'min', rows: string, order: string): string {
  const column = `r.${m.name}_${which}`;
  const facets = aggregateFacets(m).filter((facet) => facet.startsWith(which));
  return `left join lateral (
    select ${facets.map((facet) => `r.${m.name}_${facet}`).join(', ')}
    ${rows} and ${isThere(m)} and ${column} is not null
    order by ${column}${which === 'max' ? ' desc' : ''}, r.${order} limit 1
  ) ${m.name}_${which}_of on true`;
}
