import type { ClientBase } from 'pg';
import type { Level } from '../measures.ts';
import { take, toBuckets } from './dirty-hours.ts';
import type { Buckets } from './dirty-hours.ts';
import { statements } from './aggregate-sql.ts';

/** What a batch did. */
export interface Batch {
  /** The buckets recomputed, per level. */
  buckets: Record<Level, Buckets>;
  /** How many of them were removed, nothing being left of them. */
  removed: number;
}

/** Two aggregators take turns, until the transaction ends; per schema, so that a rehearsal does not wait for the real one. */
export async function lockAggregates(db: ClientBase): Promise<void> {
  await db.query(
    `select pg_advisory_xact_lock(hashtext('regie weather aggregate'), hashtext(current_schema()))`,
  );
}

/**
 * Takes up to `limit` rows off the queue and recomputes the hours they name from their observations, their days from
 * the hours, and so on up to all time; undefined when the queue is empty. The cost follows the hours, not the history.
 *
 * Run it in a transaction of its own at READ COMMITTED, under `lockAggregates`: the queue is read before the
 * observations, so whatever is loaded meanwhile is either seen or queued again. The result depends on the observations
 * alone, to the last bit: a crash, another order or another batching gives the same table.
 */
export async function recomputeBatch(db: ClientBase, limit: number): Promise<Batch | undefined> {
  await db.query(preparation);
  const hours = await take(db, limit);
  return hours.starts.length === 0 ? undefined : recompute(db, hours);
}

async function recompute(db: ClientBase, hours: Buckets): Promise<Batch> {
  const buckets = { H: hours } as Record<Level, Buckets>;
  let current = hours;
  let removed = 0;
  let pruning = false;
  for (const { level, parents, write, prune } of statements) {
    if (parents) {
      const { rows } = await db.query<{ station_id: number; start: string }>(parents, parameters(current));
      current = toBuckets(rows);
    }
    buckets[level] = current;
    const { rowCount: written } = await db.query(write, parameters(current));
    // A day can only be empty when one of its hours is.
    pruning ||= written !== current.starts.length;
    if (pruning) removed += (await db.query(prune, parameters(current))).rowCount ?? 0;
  }
  return { buckets, removed };
}

const parameters = (buckets: Buckets) => [buckets.stations, buckets.starts];

/**
 * The plan must not depend on statistics, which a first big load does not have yet: always through the primary key.
 * Compiling these wide statements takes longer than running them.
 */
const preparation = `
  set local enable_seqscan = off;
  set local enable_bitmapscan = off;
  set local jit = off`;
