import type { ClientBase } from 'pg';
import type { Original } from '../originals/copy.ts';
import type { OriginalStore } from '../originals/store.ts';

/**
 * Writes the rows of originals that are kept, and looks that their files are still there: whoever discards one holds
 * its row's lock until the file is gone. Throws when one has gone meanwhile; keeping its file again mends it.
 */
export async function claimOriginals(
  db: ClientBase,
  store: Pick<OriginalStore, 'has'>,
  originals: readonly Original[],
): Promise<void> {
  // In one order everywhere, so that two transactions cannot wait for each other.
  const sorted = [...new Map(originals.map((each) => [each.sha256, each])).values()].sort((a, b) =>
    a.sha256 < b.sha256 ? -1 : 1,
  );
  const hashes = sorted.map(({ sha256 }) => sha256);
  await db.query(
    `insert into library.original (sha256, bytes)
     select decode(h, 'hex'), b from unnest($1::text[], $2::bigint[]) as x(h, b) on conflict do nothing`,
    [hashes, sorted.map(({ bytes }) => bytes)],
  );
  const { rowCount } = await db.query(
    `select from library.original where sha256 = any(select decode(h, 'hex') from unnest($1::text[]) h)
     order by sha256 for key share`,
    [hashes],
  );
  const gone = rowCount === hashes.length ? hashes.find((hash) => !store.has(hash)) : hashes[0];
  if (gone !== undefined)
    throw new Error(
      `the original ${gone} was discarded while it was taken in; it is kept again by the next try`,
    );
}
