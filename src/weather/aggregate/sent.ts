import { aggregateFacets, aggregateMeasures, components } from '../measures.ts';
import type { Facet, Measure } from '../measures.ts';
import type { LevelSource } from './levels.ts';

/**
 * What stations send as aggregates of their own fills what a bucket has nothing of: a history without observations,
 * or evapotranspiration, which they send by the hour only. Own values always win. Not for all time,
 * which is made of years.
 */

/** The station's aggregate of bucket `b`, `{}` (its way to say nothing) apart. */
const sentRow = (level: string) => `from station_aggregate a
    where a.station_id = b.station_id and a.level = '${level}' and a.start = b.start and a.source = 'aggregation'
      and a.values <> '{}'`;

/** LEFT JOIN of the station's own aggregate as `f`: one column per facet, and `sent`. */
export function joinSent({ level, length }: LevelSource): string {
  if (!length) return '';
  const fields = aggregateMeasures.flatMap((m) =>
    keysOf(m).map((facet) => `${m.name}_${facet} ${facet.endsWith('_time') ? 'timestamptz' : 'float8'}`),
  );
  // OFFSET 0: by its key for each bucket, never by reading them all.
  return `left join lateral (
  select true as sent, v.*
  from (select a.values ${sentRow(level)} offset 0) own
  cross join jsonb_to_record(own.values) as v (${fields.join(', ')})
) f on true`;
}

/** Is there anything for bucket `b`? */
export const isSent = ({ length }: LevelSource) => (length ? 'f.sent' : 'false');

/** As `isSent`, for a bucket that is not joined. */
export const existsSent = ({ level, length }: LevelSource) =>
  length ? `exists (select ${sentRow(level)} offset 0)` : 'false';

/** The value to store for a facet: our own where there is one, else the station's. They send no wind vectors. */
export function filled(
  m: Measure,
  facet: Facet,
  { length }: LevelSource,
  own: (facet: Facet) => string,
): string {
  if (!length || isComponent(facet)) return own(facet);
  // Parts that belong together come from one of the two.
  const part = facet.startsWith('max') ? 'max' : facet.startsWith('min') ? 'min' : 'duration';
  return `case when ${own(part)} is null then ${theirs(m, facet, length)} else ${own(facet)} end`;
}

function theirs(m: Measure, facet: Facet, length: string): string {
  const of = (sent: Facet) => `f.${m.name}_${sent}`;
  if (!m.aggregate || (facet !== 'sum' && facet !== 'duration')) return of(facet);
  const given = m.aggregate === 'mean' ? `coalesce(${of('sum')}, ${of('avg')})` : of('sum');
  // A sum or a mean without its duration is that of the whole bucket.
  const duration = `coalesce(${of('duration')}, case when ${given} is not null then ${length} end)`;
  if (facet === 'duration') return duration;
  return m.aggregate === 'mean' ? `coalesce(${of('sum')}, ${of('avg')} * ${duration})` : of('sum');
}

const isComponent = (facet: Facet) => (components as readonly Facet[]).includes(facet);

/** What of a station's aggregate is read. */
const keysOf = (m: Measure): Facet[] => [
  ...aggregateFacets(m).filter((facet) => !isComponent(facet)),
  ...(m.aggregate === 'mean' ? (['avg'] as const) : []),
];
