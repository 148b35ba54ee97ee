import type { ClientBase } from 'pg';

/** Something that went wrong with a file. */
export interface Fault {
  /** Path below the remote folder. */
  path: string;
  /** Short name: `refused-by-server`, `unsafe-name` … */
  what: string;
  /** A sentence for operators. */
  reason: string;
}

/** Then a fault is left to the operators, after about three hours. */
const MOST_TRIES = 9;

/**
 * Notes faults of files as dead letters (`library.dead_letter`): tried again after 1, 2, 4 … minutes, at most an hour
 * apart; dead after the ninth try, or at once when trying again cannot help. Gives the letters' ids, in order.
 */
export async function writeLetters(
  db: ClientBase,
  task: string,
  faults: readonly Fault[],
  { lasting = false } = {},
): Promise<string[]> {
  const ids: string[] = [];
  for (const { path, what, reason } of faults) {
    const { rows } = await db.query<{ id: string }>(
      `insert into library.dead_letter as d (task, subject, what, reason, not_before, state)
       values ($1, $2, $3, $4, now() + interval '1 minute', case when $5 then 'dead' else 'retrying' end)
       on conflict (task, subject) where state in ('retrying', 'dead') do update set
         what = excluded.what, reason = excluded.reason, attempts = d.attempts + 1, last_at = now(),
         not_before = now() + least(interval '1 minute' * 2 ^ least(d.attempts, 10), interval '1 hour'),
         state = case when $5 or d.attempts + 1 >= $6 then 'dead' else 'retrying' end
       returning id`,
      [task, path, what, reason, lasting, MOST_TRIES],
    );
    ids.push(rows[0]!.id);
  }
  return ids;
}

/** Closes letters whose fault is over. */
export async function solveLetters(db: ClientBase, ids: readonly (string | null)[]): Promise<void> {
  const some = ids.filter((id) => id !== null);
  if (some.length === 0) return;
  await db.query(
    `update library.dead_letter set state = 'solved', closed_at = now()
     where id = any($1) and state in ('retrying', 'dead')`,
    [some],
  );
}
