import type { ClientBase } from 'pg';
import { FIRST_USER_BIT } from '../status/mask.ts';
import type { Databox } from './databox.ts';
import { readDatabox } from './databox.ts';

/** What a status bit means in a databox. */
export interface StatusBit {
  bit: number;
  label: string;
  /** What it means when it is on, and off. */
  on: string | null;
  off: string | null;
}

/** A databox as people look at it. */
export interface DataboxShown extends Databox {
  statusBits: StatusBit[];
  /** Records that are not in the trash, stories included, by the collection's id. */
  records: ReadonlyMap<number, number>;
  trashed: number;
}

/** The status bits that a databox names, in order. */
export async function readStatusBits(db: ClientBase, databoxId: number): Promise<StatusBit[]> {
  const { rows } = await db.query<StatusBit>(
    `select bit, label, on_name as "on", off_name as off from library.status_bit
     where databox_id = $1 and bit >= $2 order by bit`,
    [databoxId, FIRST_USER_BIT],
  );
  return rows;
}

/** All databoxes, in the order in which they were made. */
export async function listDataboxes(db: ClientBase): Promise<DataboxShown[]> {
  const { rows } = await db.query<{ name: string }>('select name from library.databox order by id');
  const shown: DataboxShown[] = [];
  for (const { name } of rows) {
    const databox = await readDatabox(db, name);
    if (databox) shown.push(await count(db, databox));
  }
  return shown;
}

async function count(db: ClientBase, databox: Databox): Promise<DataboxShown> {
  const { rows } = await db.query<{ id: number; records: number; trashed: number }>(
    `select collection_id as id, count(*) filter (where trashed_at is null)::int as records,
       count(*) filter (where trashed_at is not null)::int as trashed
     from library.record where databox_id = $1 group by collection_id`,
    [databox.id],
  );
  return {
    ...databox,
    statusBits: await readStatusBits(db, databox.id),
    records: new Map(rows.map(({ id, records }) => [id, records])),
    trashed: rows.reduce((sum, { trashed }) => sum + trashed, 0),
  };
}
