import { aggregateFacets, ommMeasures } from '../measures.ts';
import type { Facet, Measure, OmmMeasure } from '../measures.ts';
import type { LevelSource } from './levels.ts';

/**
 * Climatology values of a day are made of the hours of other windows than the day (weather spec §3, OMM): `omm` of
 * its `LevelSource`. Only where the day has something of the measure itself: not a night without its day.
 */

/** Is this facet of the bucket made of the rows of a window instead of its own? */
export function isWindowed(m: Measure, facet: Facet, { omm }: LevelSource): boolean {
  if (!omm || !('of' in m)) return false;
  return m.aggregate === 'total' || facet.startsWith('max') || facet.startsWith('min');
}

/** LATERAL join of those facets as `w`; nothing where there are none. */
export function windows({ omm, order }: LevelSource): string {
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
