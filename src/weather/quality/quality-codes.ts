import { columnsByMeasure } from '../load/keys.ts';
import { observationColumns, type Measure } from '../measures.ts';
import { limitedColumns } from './limits.ts';

/**
 * Quality of a value, told by where it stands: `excluded` in `observation.excluded`, `doubtful` in
 * `observation.doubtful` (in its column too where the station's settings accept it), the others in their columns.
 * `not checked`: neither a limit nor a cross check applies to it.
 */
export const qualities = { 'not checked': 1, good: 2, doubtful: 3, excluded: 4 } as const;

export type Quality = keyof typeof qualities;
export type QualityCode = (typeof qualities)[Quality];

/**
 * FROM clause of the values of observations `o` of stations `s`, a row `v` each: (measure, key, value, quality).
 * View `observation_by_measure` is made of it; a test holds the two together.
 */
export function fromValues(measures: readonly Measure[]): string {
  const rows = columnsByMeasure
    .filter(({ measure }) => measures.includes(measure))
    .flatMap((columns) => {
      const { measure, value, min, max, dir, maxDir, duration, sum } = columns;
      const limited = new Set([...limitedColumns(columns), sum]);
      const own = [value, ...measure.facets.map((_, i) => value + 1 + i)];
      return own
        .filter((column) => observationColumns[column]!.type === 'number')
        .map((column) => {
          const { name } = observationColumns[column]!;
          const always = [dir, maxDir, duration].includes(column);
          const against =
            column === value ? [min, max] : column === min ? [max] : column === max ? [min] : [];
          return `('${measure.name}', '${name}', o.${name}, ${always}, ${limited.has(column)}, ${anyOf(against)})`;
        });
    });
  return `from observation o
join station s on s.id = o.station_id
cross join lateral (
  select k.measure, k.key,
    coalesce(k.stored, (o.doubtful ->> k.key)::float8, (o.excluded ->> k.key)::float8) as value,
    case
      when o.excluded ? k.key then 4
      when o.doubtful ? k.key then 3
      when k.always then 2
      when k.limited and (s.checks -> k.measure) ? case when o.duration > 60 then 'day' else 'hour' end then 2
      when k.crossed and (s.checks -> k.measure) ? 'slack' then 2
      else 1
    end as quality
  from (values
    ${rows.join(',\n    ')}
  ) as k (measure, key, stored, always, limited, crossed)
  where k.stored is not null or o.doubtful ? k.key or o.excluded ? k.key
) v`;
}

/** Was one of these columns sent? What is excluded or doubtful was. */
function anyOf(columns: readonly number[]): string {
  const names = columns.filter((column) => column >= 0).map((column) => observationColumns[column]!.name);
  if (names.length === 0) return 'false';
  return names.map((name) => `o.${name} is not null or coalesce(o.doubtful ? '${name}', false)`).join(' or ');
}
