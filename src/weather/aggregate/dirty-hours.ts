import type { ClientBase } from 'pg';
import type { Waiting } from '../../task/status.ts';

/** Buckets of one level as parallel arrays, as SQL takes them: `unnest($1::int[], $2::timestamptz[])`. */
export interface Buckets {
  /** Ids. */
  stations: number[];
  /** As PostgreSQL writes them; `-infinity` for level A. */
  starts: string[];
}

export function toBuckets(rows: { station_id: number; start: string }[]): Buckets {
  return { stations: rows.map((r) => r.station_id), starts: rows.map((r) => r.start) };
}

/**
 * Takes up to `limit` rows off the queue of changed hours and gives the hours they name, each once, by station and
 * time. Run it in the transaction that recomputes them: rows appended meanwhile stay for the next one.
 */
export async function take(db: ClientBase, limit: number): Promise<Buckets> {
  const { rows } = await db.query<{ station_id: number; start: string }>(
    `with taken as (
       delete from dirty_hour where id = any (array(select id from dirty_hour order by station_id, start limit $1))
       returning station_id, start
     )
     select station_id, start::text from (select distinct station_id, start from taken) h
     order by h.station_id, h.start`,
    [limit],
  );
  return toBuckets(rows);
}

/**
 * How many hours wait to be recomputed, and since when; nothing when none does. Cheap enough for every tick: the hours
 * are counted in the queue's index, and the lowest id is the oldest row.
 */
export async function waitingHours(db: ClientBase): Promise<Waiting[]> {
  const { rows } = await db.query<{ count: number; oldest: Date | null }>(
    `select count(*)::int as count, (select at from dirty_hour order by id limit 1) as oldest
     from (select distinct station_id, start from dirty_hour) d`,
  );
  const { count, oldest } = rows[0]!;
  return count === 0 ? [] : [{ what: 'hours', count, ...(oldest && { oldest: oldest.toISOString() }) }];
}

/**
 * Queues every hour that has observations or an aggregate, ours or sent, of one station (id) or of all: after a change of a
 * station's zone or `meanFrom`, or when `verify` found a difference. Gives how many.
 */
export async function enqueueAll(db: ClientBase, station?: number): Promise<number> {
  const { rowCount } = await db.query(
    `insert into dirty_hour (station_id, start)
     select o.station_id, date_trunc('hour', o.stop - interval '1 microsecond', s.timezone)
     from observation o join station s on s.id = o.station_id where $1::int is null or s.id = $1
     union
     select station_id, start from aggregate where level = 'H' and ($1::int is null or station_id = $1)
     union
     select station_id, start from station_aggregate
     where source = 'aggregation' and level <> 'A' and ($1::int is null or station_id = $1)`,
    [station ?? null],
  );
  return rowCount ?? 0;
}
