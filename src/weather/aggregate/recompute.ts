import type { ClientBase } from 'pg';
import type { Level } from '../measures.ts';
import { take } from './queue.ts';
import type { Hours } from './queue.ts';
import { statements } from './sql.ts';

/** What a batch did. */
export interface Batch {
  hours: Hours;
  /** Buckets written per level. */
  written: Record<Level, number>;
  /** Buckets removed, their observations being gone. */
  removed: number;
}

/**
 * Takes up to `limit` rows off the queue and recomputes the hours they name from their observations, their days from
 * the hours, and so on up to all time; undefined when the queue is empty. The cost follows the hours, not the history.
 *
 * Run it in a transaction of its own at READ COMMITTED: the queue is read before the observations, so whatever is
 * loaded meanwhile is either seen or queued again. The result depends on the observations alone, to the last bit:
 * a crash, another order or another batching gives the same table.
 */
export async function recomputeBatch(db: ClientBase, limit: number): Promise<Batch | undefined> {
  await db.query(preparation);
  const hours = await take(db, limit);
  if (hours.starts.length === 0) return undefined;
  const written: Record<Level, number> = { H: 0, D: 0, M: 0, Y: 0, A: 0 };
  let removed = 0;
  for (const { level, write, prune } of statements) {
    const parameters = [hours.stations, hours.starts];
    written[level] = (await db.query(write, parameters)).rowCount ?? 0;
    // A day can only be empty when one of its hours is.
    if (written.H < hours.starts.length) removed += (await db.query(prune, parameters)).rowCount ?? 0;
  }
  return { hours, written, removed };
}

/**
 * - Two aggregators take turns, per schema (a rehearsal does not wait for the real one).
 * - The plan must not depend on statistics, which a first big load does not have yet: always through the primary key.
 * - Compiling these wide statements takes longer than running them.
 */
const preparation = `
  select pg_advisory_xact_lock(hashtext('regie weather aggregate'), hashtext(current_schema()));
  set local enable_seqscan = off;
  set local enable_bitmapscan = off;
  set local jit = off`;
