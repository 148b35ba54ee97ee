import type { ClientBase, Pool } from 'pg';

type Db = Pool | ClientBase;

/** Has an incident tried again by the next run of its task; gives false when it is resolved already. */
export async function retryNow(db: Db, id: string, { moved = false } = {}): Promise<boolean> {
  const { rowCount } = await db.query(
    `update regie.incident set state = 'retrying', not_before = null, kept = case when $2 then null else kept end
     where id = $1 and state <> 'resolved'`,
    [id, moved],
  );
  return rowCount === 1;
}

/**
 * An operator closes an incident: it is neither told nor tried again before what is wrong is mended, and comes anew. Gives
 * false when it is resolved already.
 */
export async function closeIncident(
  db: Db,
  id: string,
  { by, note }: { by: string; note?: string | undefined },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update regie.incident set state = 'resolved', muted = true, closed_at = clock_timestamp(), closed_by = $2, note = $3
     where id = $1 and state <> 'resolved'`,
    [id, by, note ?? null],
  );
  return rowCount === 1;
}
