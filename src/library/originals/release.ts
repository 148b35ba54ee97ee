import pg, { type ClientBase } from 'pg';
import { inTransaction } from '../../store/transaction.ts';
import type { OriginalStore } from './store.ts';

/** What PostgreSQL calls a row that another one refers to. */
const FOREIGN_KEY = '23503';

/**
 * Takes originals away that no record and no quarantine refers to any more; gives how many. Not within a transaction.
 *
 * The file goes while its row is deleted but not committed: whoever takes the same content in meanwhile waits for that
 * row, and then looks whether the file is there. Killed in between, a row without a file is left that nothing refers to,
 * and the next file of that content is kept again.
 */
export async function releaseOriginals(
  db: ClientBase,
  store: OriginalStore,
  hashes: readonly string[],
): Promise<number> {
  let released = 0;
  for (const hash of hashes) if (await release(db, store, hash)) released += 1;
  return released;
}

/** Originals that nothing refers to since `before`: of runs that were killed before they released them. */
export async function findUnreferenced(db: ClientBase, before: Date): Promise<string[]> {
  const { rows } = await db.query<{ sha256: string }>(
    `select encode(sha256, 'hex') as sha256 from library.original o
     where stored_at < $1 and not exists (select from library.record r where r.sha256 = o.sha256)
       and not exists (select from library.quarantine q where q.sha256 = o.sha256)`,
    [before],
  );
  return rows.map(({ sha256 }) => sha256);
}

async function release(db: ClientBase, store: OriginalStore, hash: string): Promise<boolean> {
  try {
    return await inTransaction(db, async () => {
      const { rowCount } = await db.query(
        `delete from library.original o where sha256 = decode($1, 'hex')
           and not exists (select from library.record r where r.sha256 = o.sha256)
           and not exists (select from library.quarantine q where q.sha256 = o.sha256)`,
        [hash],
      );
      if (!rowCount) return false;
      store.discard(hash);
      return true;
    });
  } catch (error) {
    // Somebody took the same content in between the look and the deletion: it is needed again. The row is checked
    // before the file goes, so it is there.
    if (error instanceof pg.DatabaseError && error.code === FOREIGN_KEY) return false;
    throw error;
  }
}
