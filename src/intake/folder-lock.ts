import { realpathSync } from 'node:fs';
import type { ClientBase } from 'pg';

/**
 * Does `work` while this session alone uses a folder: of two tasks set up, by mistake, on one folder the second would take
 * the files that the first one is taking. Gives undefined, and does nothing, when another session has it. `use` says what
 * for: `weather.work`. The folder must exist; the lock is the same by whatever path it is reached.
 */
export async function withFolderLock<T>(
  db: ClientBase,
  use: string,
  folder: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const keys = [nameOf(use), realpathSync(folder)];
  const { rows } = await db.query<{ free: boolean }>(
    'select pg_try_advisory_lock(hashtext($1), hashtext($2)) as free',
    keys,
  );
  if (!rows[0]!.free) return undefined;
  try {
    return await work();
  } finally {
    // On a broken connection it has ended with it.
    await db.query('select pg_advisory_unlock(hashtext($1), hashtext($2))', keys).catch(() => undefined);
  }
}

/** Does any session use a folder so? */
export async function isFolderInUse(db: ClientBase, use: string): Promise<boolean> {
  // pg_locks shows the two halves of the key as unsigned numbers; objsubid 2 marks a key of two halves.
  const { rows } = await db.query<{ used: boolean }>(
    `select exists (
       select from pg_locks
       where locktype = 'advisory' and objsubid = 2
         and database = (select oid from pg_database where datname = current_database())
         and classid::bigint = hashtext($1)::bigint & 4294967295) as used`,
    [nameOf(use)],
  );
  return rows[0]!.used;
}

const nameOf = (use: string) => `regie.intake.${use}`;
