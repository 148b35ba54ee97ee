import type { ClientBase } from 'pg';
import { inTransaction } from '../../store/transaction.ts';
import { columnsByMeasure } from '../load/keys.ts';
import { toText } from '../../store/jsonb.ts';
import { lockLoaders, writeDirtyHours } from '../load/write.ts';
import { zoneOf } from '../../time/zone.ts';
import { findMeasures, findStation, type KnownStation } from '../read/find-by-name.ts';
import { NotFound } from '../../task/not-found.ts';
import { writeTime } from '../read/write-time.ts';
import { limitsOf, rulesOf, type Rules } from './limits.ts';
import { review, type Review, type Span } from './review.ts';
import { reviewSent } from './review-sent.ts';
import { parseSpan } from './span.ts';

/** A span in which a measure of a station does not count. */
export interface ExclusionRow {
  id: number;
  /** Code. */
  station: string;
  measure: string;
  /** Observations whose period ends after `from`, and not after `to`, station's local time; null: until lifted. */
  from: string;
  to: string | null;
  reason: string | null;
  /** `user@host` and when, ISO UTC. */
  by: string;
  at: string;
  /** Null while it is in force. */
  liftedAt: string | null;
  liftedBy: string | null;
}

export interface NewExclusion {
  /** Code, in any case. */
  station: string;
  measures: readonly string[];
  /** A date or time, station's local time unless it carries an offset; its start. */
  from: string;
  /** A time, or a day, month or year with all of it; until the exclusion is lifted when left out. */
  to?: string;
  reason?: string;
  by: string;
}

/** What an exclusion, or its end, did. */
export interface Touched {
  exclusions: ExclusionRow[];
  /** Observations and values that changed their place; aggregates that the station sent of which some did. */
  observations: number;
  values: number;
  aggregates: number;
  /** To recompute; the first of a day, month or year that the station sent stands for it. */
  hours: number;
  /** Ids of others in force that leave out the same measures for a part of the time. */
  others: number[];
}

/**
 * Leaves measures of a station out of everything that is aggregated, from one moment to another: their values go to
 * `observation.excluded`, those that arrive later too, and the hours concerned are queued. One transaction, in which
 * loaders wait. Throws `NotFound` for a station or measure there is none of, RangeError for dates that are none.
 */
export async function exclude(db: ClientBase, asked: NewExclusion): Promise<Touched> {
  const measures = findMeasures(asked.measures);
  const station = await findStation(db, asked.station);
  const span = parseSpan(asked, station.zone);
  return inTransaction(db, async () => {
    await lockLoaders(db);
    const { rows } = await db.query<{ id: number }>(
      `insert into exclusion (station_id, measure, after, until, reason, by)
       select $1, unnest($2::text[]), $3, $4, $5, $6 returning id`,
      [
        station.id,
        measures.map(({ name }) => name),
        span.after,
        span.until,
        asked.reason === undefined ? null : toText(asked.reason),
        asked.by,
      ],
    );
    const found = await reviewed(
      db,
      station,
      measures.map(({ name }) => name),
      span,
    );
    return told(
      db,
      rows.map(({ id }) => id),
      found,
    );
  });
}

/** An exclusion is lifted that is no longer in force. */
export class NotInForce extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotInForce';
  }
}

/**
 * Ends exclusions: values that no other one covers return, to their columns or, where the station's limits say so,
 * to `doubtful`; the hours concerned are queued. All or nothing. Throws `NotFound` for an id there is none of,
 * `NotInForce` for one that was lifted before.
 */
export async function lift(db: ClientBase, ids: readonly number[], by: string): Promise<Touched> {
  return inTransaction(db, async () => {
    await lockLoaders(db);
    const asked = await db.query<
      Span & { id: number; measure: string; station: string; lifted_at: Date | null }
    >(
      `select e.id, e.measure, e.after::text, e.until::text, e.lifted_at, s.code as station
       from exclusion e join station s on s.id = e.station_id where e.id = any($1) order by e.id`,
      [ids],
    );
    const missing = ids.find((id) => !asked.rows.some((row) => row.id === id));
    if (missing !== undefined)
      throw new NotFound(`There is no exclusion ${missing}: see \`regie weather exclusions\`.`);
    const over = asked.rows.find((row) => row.lifted_at !== null);
    if (over)
      throw new NotInForce(`Exclusion ${over.id} was lifted already, at ${over.lifted_at!.toISOString()}.`);
    await db.query('update exclusion set lifted_at = now(), lifted_by = $2 where id = any($1)', [ids, by]);
    const touched: Moved = { observations: 0, values: 0, aggregates: 0, hours: 0 };
    for (const { station, measure, after, until } of asked.rows) {
      const found = await reviewed(db, await findStation(db, station), [measure], { after, until });
      touched.observations += found.observations;
      touched.values += found.values;
      touched.aggregates += found.aggregates;
      touched.hours += found.hours;
    }
    return told(db, ids, touched);
  });
}

/** Exclusions by station and time; only those in force unless `all`. Throws `NotFound` for a station there is none of. */
export async function listExclusions(
  db: ClientBase,
  { station, all = false }: { station?: string; all?: boolean } = {},
): Promise<ExclusionRow[]> {
  const id = station === undefined ? null : (await findStation(db, station)).id;
  return read(db, '($1::int is null or e.station_id = $1) and ($2 or e.lifted_at is null)', [id, all]);
}

type Moved = Omit<Touched, 'exclusions' | 'others'>;

async function told(db: ClientBase, ids: readonly number[], moved: Moved): Promise<Touched> {
  const { rows } = await db.query<{ id: number }>(
    `select distinct o.id from exclusion e
     join exclusion o on o.station_id = e.station_id and o.measure = e.measure and o.lifted_at is null
       and o.after < e.until and o.until > e.after
     where e.id = any($1) and o.id <> all($1) order by o.id`,
    [ids],
  );
  const exclusions = await read(db, 'e.id = any($1)', [ids]);
  return { exclusions, ...moved, others: rows.map(({ id }) => id) };
}

/** Judges anew what the exclusions of some measures cover or covered, and queues the hours. */
async function reviewed(
  db: ClientBase,
  station: KnownStation,
  measures: readonly string[],
  span: Span,
): Promise<Moved> {
  const { rows } = await db.query<{ checks: Rules | null }>('select checks from station where id = $1', [
    station.id,
  ]);
  // By the rules that its observations were judged by; where the configuration has others now, loaders see to it.
  const rules = { ...rulesOf(undefined), ...rows[0]?.checks };
  const limits = limitsOf(rules);
  const columns = columnsByMeasure.flatMap(({ measure }, i) => (measures.includes(measure.name) ? i : []));
  const found: Review = await review(db, { ...station, limits }, columns, span);
  const sent = await reviewSent(db, { ...station, rules }, span);
  const hours = new Set([...found.hours, ...sent.hours]);
  await writeDirtyHours(db, new Map([[station.id, hours]]));
  const { observations, values } = found;
  return { observations, values, aggregates: sent.aggregates, hours: hours.size };
}

async function read(db: ClientBase, condition: string, values: unknown[]): Promise<ExclusionRow[]> {
  const { rows } = await db.query<{
    id: number;
    station: string;
    timezone: string;
    measure: string;
    after: Date;
    until: Date | null;
    reason: string | null;
    by: string;
    at: Date;
    lifted_at: Date | null;
    lifted_by: string | null;
  }>(
    `select e.id, s.code as station, s.timezone, e.measure, e.after, nullif(e.until, 'infinity') as until,
       e.reason, e.by, e.at, e.lifted_at, e.lifted_by
     from exclusion e join station s on s.id = e.station_id
     where ${condition} order by s.code, e.after, e.id`,
    values,
  );
  return rows.map((row) => {
    const zone = zoneOf(row.timezone);
    return {
      id: row.id,
      station: row.station,
      measure: row.measure,
      from: writeTime(row.after.getTime(), zone),
      to: row.until && writeTime(row.until.getTime(), zone),
      reason: row.reason,
      by: row.by,
      at: row.at.toISOString(),
      liftedAt: row.lifted_at?.toISOString() ?? null,
      liftedBy: row.lifted_by,
    };
  });
}
