import type { ClientBase } from 'pg';
import { columnsByMeasure } from '../load/keys.ts';
import type { Observation } from '../load/reading.ts';
import type { Station } from '../load/stations.ts';
import { review } from './review.ts';

/**
 * Throws when the stations' observations are judged by other rules than this loader read its files by: the
 * configuration changed while it did. Ask under the loaders' lock.
 */
export async function checkRules(db: ClientBase, stations: readonly Station[]): Promise<void> {
  const { rows } = await db.query<{ code: string }>({
    name: 'weather-load-rules',
    text: `select s.code from station s
           join unnest($1::int[], $2::jsonb[]) u (id, checks) on u.id = s.id
           where s.checks is distinct from u.checks`,
    values: [stations.map(({ id }) => id), stations.map(({ rules }) => JSON.stringify(rules))],
  });
  if (rows.length > 0) {
    throw new Error(
      `the limits of ${rows.map(({ code }) => code).join(', ')} changed while files were read by the old ones: read them again`,
    );
  }
}

/**
 * Takes out of their columns, of observations that were just written, what exclusions in force cover. After the
 * rows are written, not while they are read: an exclusion may come in between, and they are rare. Ask under the
 * loaders' lock; the hours concerned must be queued by the caller, like all of new observations.
 */
export async function leaveOutExcluded(db: ClientBase, observations: readonly Observation[]): Promise<void> {
  const spans = new Map<Station, { first: number; last: number }>();
  for (const { station, stop } of observations) {
    const span = spans.get(station);
    if (!span) spans.set(station, { first: stop, last: stop });
    else {
      span.first = Math.min(span.first, stop);
      span.last = Math.max(span.last, stop);
    }
  }
  const { rows } = await db.query<{ station: number; measures: string[]; after: string; until: string }>({
    name: 'weather-load-excluded',
    text: `select u.station, array_agg(distinct e.measure) as measures,
             greatest(min(e.after), u.first)::text as after, least(max(e.until), u.last)::text as until
           from (select station, to_timestamp(first / 1000) - interval '1 ms' as first,
                        to_timestamp(last / 1000) as last
                 from unnest($1::int[], $2::float8[], $3::float8[]) a (station, first, last)) u
           join exclusion e on e.station_id = u.station and e.lifted_at is null
             and e.after < u.last and e.until > u.first
           group by u.station, u.first, u.last`,
    values: [
      [...spans.keys()].map(({ id }) => id),
      [...spans.values()].map(({ first }) => first),
      [...spans.values()].map(({ last }) => last),
    ],
  });
  for (const { station: id, measures, after, until } of rows) {
    const station = [...spans.keys()].find((each) => each.id === id)!;
    const places = columnsByMeasure.flatMap(({ measure }, i) => (measures.includes(measure.name) ? i : []));
    await review(db, station, places, { after, until });
  }
}
