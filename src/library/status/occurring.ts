import type { ClientBase } from 'pg';
import { fromDatabase, matches, type Mask } from './mask.ts';

/** A status that records of a collection have. */
export interface Occurring {
  collectionId: number;
  status: bigint;
}

/** So many are found in some hundredths of a second; where there are more, a mask is asked of each record. */
const MOST = 2_000;

/**
 * The statuses that occur in a databox outside of the trash, each once for each collection, when there are no more than
 * `most`; undefined else. Found by skipping through the index `record_by_status`: a step for each, however many
 * records have it. With them a mask becomes `status = any(…)`, which the same index answers.
 */
export async function occurringStatuses(
  db: ClientBase,
  databoxId: number,
  most = MOST,
): Promise<Occurring[] | undefined> {
  const { rows } = await db.query<{ collection_id: number; status: string }>(
    `with recursive found as (
       (select collection_id, status from library.record
        where databox_id = $1 and trashed_at is null order by collection_id, status limit 1)
       union all
       select next.* from found, lateral (
         select collection_id, status from library.record r
         where databox_id = $1 and trashed_at is null and (r.collection_id, r.status) > (found.collection_id, found.status)
         order by collection_id, status limit 1) next)
     select * from found limit $2`,
    [databoxId, most + 1],
  );
  if (rows.length > most) return undefined;
  return rows.map((row) => ({ collectionId: row.collection_id, status: fromDatabase(row.status) }));
}

/** Those of some statuses that a mask matches. */
export function matching(occurring: readonly Occurring[], mask: Mask): Occurring[] {
  return occurring.filter(({ status }) => matches(status, mask));
}
