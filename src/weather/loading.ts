import type { ClientBase } from 'pg';

/**
 * Takes a work folder for the session: of two tasks set up, by mistake, on one folder the second would take the
 * first one's claims for those of a dead run. False when another session has it.
 */
export async function takeWorkFolder(db: ClientBase, folder: string): Promise<boolean> {
  const { rows } = await db.query<{ free: boolean }>(
    "select pg_try_advisory_lock(hashtext('regie.weather.work'), hashtext($1)) as free",
    [folder],
  );
  return rows[0]!.free;
}

export async function leaveWorkFolder(db: ClientBase, folder: string): Promise<void> {
  await db.query("select pg_advisory_unlock(hashtext('regie.weather.work'), hashtext($1))", [folder]);
}

/** Does a session have a work folder: is something being loaded? */
export async function isLoading(db: ClientBase): Promise<boolean> {
  // pg_locks shows the two halves of the key as unsigned numbers; objsubid 2 marks a key of two halves.
  const { rows } = await db.query<{ loading: boolean }>(
    `select exists (
       select from pg_locks
       where locktype = 'advisory' and objsubid = 2
         and database = (select oid from pg_database where datname = current_database())
         and classid::bigint = hashtext('regie.weather.work')::bigint & 4294967295) as loading`,
  );
  return rows[0]!.loading;
}
