import pg, { type ClientBase } from 'pg';
import { inTransaction } from '../../store/transaction.ts';
import type { Occurring } from '../status/occurring.ts';
import type { ReadyRule, Resolved } from './resolve-rules.ts';
import { occurringFor, selectIds } from './select.ts';
import { Parameters } from './where.ts';

/** How long a look may search, milliseconds; a rule that takes longer is left to the run. */
const FIND_WITHIN_MS = 500;

/** What PostgreSQL calls a statement that took too long. */
const TIMED_OUT = '57014';

/**
 * Would any of the rules change a record? Where none would, as things are, none will find anything that a former one
 * left either. True when that takes long to find out.
 */
export async function findWork(db: ClientBase, rules: readonly Resolved[]): Promise<boolean> {
  const until = Date.now() + FIND_WITHIN_MS;
  const { rows } = await db.query<{ now: Date }>("select date_trunc('milliseconds', now()) as now");
  const occurring = new Map<number, readonly Occurring[] | undefined>();
  try {
    for (const each of rules) {
      if (each.state !== 'ready') continue;
      const left = until - Date.now();
      if (left <= 0) return true;
      const found = await inTransaction(db, async () => {
        await db.query(`set local statement_timeout = ${left}`);
        return matchesAny(db, each.rule, rows[0]!.now, occurring);
      });
      if (found) return true;
    }
    return false;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === TIMED_OUT) return true;
    throw error;
  }
}

async function matchesAny(
  db: ClientBase,
  rule: ReadyRule,
  now: Date,
  known: Map<number, readonly Occurring[] | undefined>,
): Promise<boolean> {
  const occurring = known.get(rule.databox.id) ?? (await occurringFor(db, rule));
  known.set(rule.databox.id, occurring);
  const parameters = new Parameters();
  const { rows } = await db.query<{ found: boolean }>(
    `select exists (${selectIds(rule, { now, occurring }, parameters)}) as found`,
    parameters.values,
  );
  return rows[0]!.found;
}
