import type { ClientBase } from 'pg';
import { createHash } from 'node:crypto';
import { toDatabase } from '../../../src/library/status/mask.ts';
import { findCollection, type Databox } from '../../../src/library/model/databox.ts';

/** A record as tests write it; what is left out does not matter to them. */
export interface Written {
  collection: string;
  type?: 'record' | 'story';
  name?: string;
  status?: bigint;
  /** Content of its original; its own when left out. */
  content?: string;
  kind?: string;
  trashed?: boolean;
}

let written = 0;

/** Writes records straight into the tables, without events and without files; gives their ids. */
export async function writeRecords(
  db: ClientBase,
  databox: Databox,
  records: readonly Written[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const {
    collection,
    type = 'record',
    name = 'a.jpg',
    status = 0n,
    content,
    kind = 'image',
    trashed,
  } of records) {
    const hash =
      type === 'story'
        ? null
        : createHash('sha256')
            .update(content ?? `record ${(written += 1)}`)
            .digest('hex');
    if (hash !== null)
      await db.query(
        "insert into library.original (sha256, bytes) values (decode($1, 'hex'), 1) on conflict do nothing",
        [hash],
      );
    const { rows } = await db.query<{ id: string }>(
      `insert into library.record (databox_id, collection_id, type, name, status, sha256, kind, trashed_at)
       values ($1, $2, $3, $4, $5, decode($6, 'hex'), $7, case when $8 then now() end) returning id`,
      [
        databox.id,
        findCollection(databox, collection)!.id,
        type,
        name,
        toDatabase(status),
        hash,
        kind,
        trashed === true,
      ],
    );
    ids.push(rows[0]!.id);
  }
  return ids;
}
