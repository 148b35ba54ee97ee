import type { ClientBase } from 'pg';
import { columnsByMeasure } from '../load/keys.ts';
import type { Observation, StationAggregate } from '../load/reading.ts';
import type { Station } from '../load/known-stations.ts';
import { reviewSent } from './review-sent.ts';
import { review, type Span } from './review.ts';

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
  const found = await exclusionsFor(
    db,
    observations.map(({ station, stop }) => ({ station, at: stop })),
  );
  for (const { station, measures, span } of found) {
    const columns = columnsByMeasure.flatMap(({ measure }, i) => (measures.includes(measure.name) ? i : []));
    await review(db, station, columns, span);
  }
}

/** As `leaveOutExcluded`, for aggregates of stations. */
export async function leaveOutSent(
  db: ClientBase,
  aggregates: readonly Pick<StationAggregate, 'station' | 'start' | 'source'>[],
): Promise<void> {
  const moments = aggregates.flatMap(({ station, start, source }) =>
    // A bucket starts where its span begins: reach a little into it.
    source === 'aggregation' && Number.isFinite(start)
      ? [start, start + 1].map((at) => ({ station, at }))
      : [],
  );
  if (moments.length === 0) return;
  for (const { station, span } of await exclusionsFor(db, moments)) await reviewSent(db, station, span);
}

/** Which measures exclusions in force cover between the first and the last of some moments (ms), and when. */
async function exclusionsFor(
  db: ClientBase,
  moments: readonly { station: Station; at: number }[],
): Promise<{ station: Station; measures: string[]; span: Span }[]> {
  const spans = new Map<Station, { first: number; last: number }>();
  for (const { station, at } of moments) {
    const span = spans.get(station);
    if (!span) spans.set(station, { first: at, last: at });
    else {
      span.first = Math.min(span.first, at);
      span.last = Math.max(span.last, at);
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
  return rows.map(({ station: id, measures, after, until }) => ({
    station: [...spans.keys()].find((each) => each.id === id)!,
    measures,
    span: { after, until },
  }));
}
