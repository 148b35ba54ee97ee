import type { ClientBase } from 'pg';

/**
 * Takes a hotfolder for the session: of two tasks set up, by mistake, on one folder the second would take the files
 * that the first one is taking. False when another session has it.
 */
export async function takeHotfolder(db: ClientBase, folder: string): Promise<boolean> {
  const { rows } = await db.query<{ free: boolean }>(
    "select pg_try_advisory_lock(hashtext('regie.library.hotfolder'), hashtext($1)) as free",
    [folder],
  );
  return rows[0]!.free;
}

export async function leaveHotfolder(db: ClientBase, folder: string): Promise<void> {
  await db.query("select pg_advisory_unlock(hashtext('regie.library.hotfolder'), hashtext($1))", [folder]);
}
