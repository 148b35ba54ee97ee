import type { ClientBase } from 'pg';
import { inTransaction } from '../../store/transaction.ts';
import { CommandRejected } from '../../task/command-rejected.ts';
import { NotFound } from '../../task/not-found.ts';
import type { Who } from '../ingest/arrival.ts';
import { createRecords } from '../ingest/create-records.ts';
import { joinStories } from '../ingest/stories.ts';
import { findField, readDatabox, type Collection } from '../model/databox.ts';
import { releaseOriginals } from '../originals/release.ts';
import type { OriginalStore } from '../originals/store.ts';
import { fromDatabase } from '../status/mask.ts';

interface Row {
  id: string;
  databox: string;
  collection_id: number;
  name: string;
  sha256: string | null;
  state: 'open' | 'accepted' | 'rejected';
  closed_by: string | null;
  record_id: string | null;
  draft: {
    uuid?: string;
    kind: string;
    mime: string | null;
    bytes: number;
    status: string;
    values: { field: string; values: string[] }[];
    /** The story that it was to join. */
    story?: string;
  };
}

/** Makes a record of a file in quarantine, in its collection or another; gives the record's id. Throws `NotFound`, `CommandRejected`. */
export async function acceptQuarantined(
  db: ClientBase,
  store: OriginalStore,
  id: string,
  who: Who,
  { collection, note }: { collection?: Collection; note?: string } = {},
): Promise<string> {
  return inTransaction(db, async () => {
    const row = await lockOpen(db, id);
    if (row.sha256 === null || !store.has(row.sha256))
      throw new Error(
        `the original of quarantine ${id}, ${store.pathOf(row.sha256 ?? '')}, is missing; \`regie library verify\` says what else is`,
      );
    const databox = (await readDatabox(db, row.databox))!;
    const { draft } = row;
    const [record] = await createRecords(
      db,
      databox,
      [
        {
          collectionId: collection?.id ?? row.collection_id,
          ...(draft.uuid === undefined ? {} : { uuid: draft.uuid }),
          sha256: row.sha256,
          bytes: draft.bytes,
          kind: draft.kind,
          mime: draft.mime,
          name: row.name,
          status: fromDatabase(draft.status),
          values: draft.values.flatMap(({ field, values }) => {
            const found = findField(databox, field);
            return found ? [{ field: found, values }] : [];
          }),
        },
      ],
      who,
    );
    if (draft.story !== undefined)
      await joinStories(db, databox.id, [{ id: draft.story, record: record!, first: false }], who);
    await close(db, id, 'accepted', who, note, record!);
    return record!;
  });
}

/** Refuses a file in quarantine for good, and lets its original go unless something else needs it. Throws `NotFound`, `CommandRejected`. */
export async function rejectQuarantined(
  db: ClientBase,
  store: OriginalStore,
  id: string,
  who: Who,
  note?: string,
): Promise<void> {
  const hash = await inTransaction(db, async () => {
    const { sha256 } = await lockOpen(db, id);
    await close(db, id, 'rejected', who, note, null);
    await db.query(
      `update library.quarantine set sha256 = null, draft = draft || jsonb_build_object('sha256', $2::text) where id = $1`,
      [id, sha256],
    );
    return sha256;
  });
  if (hash !== null) await releaseOriginals(db, store, [hash]);
}

async function lockOpen(db: ClientBase, id: string): Promise<Row> {
  const { rows } = await db.query<Row>(
    `select q.id, d.name as databox, q.collection_id, q.name, encode(q.sha256, 'hex') as sha256, q.state, q.closed_by,
       q.record_id, q.draft
     from library.quarantine q join library.databox d on d.id = q.databox_id where q.id = $1 for update of q`,
    [id],
  );
  const row = rows[0];
  if (!row)
    throw new NotFound(`There is no quarantine ${id}: \`regie library quarantine --all\` lists them.`);
  if (row.state === 'open') return row;
  const became = row.record_id === null ? '' : `, as record ${row.record_id}`;
  throw new CommandRejected(
    `Quarantine ${id} (${row.name}) was ${row.state} before${row.closed_by ? ` by ${row.closed_by}` : ''}${became}.`,
  );
}

async function close(
  db: ClientBase,
  id: string,
  state: 'accepted' | 'rejected',
  { by, task }: Who,
  note: string | undefined,
  record: string | null,
): Promise<void> {
  await db.query(
    `update library.quarantine set state = $2, closed_at = now(), closed_by = $3, note = $4, record_id = $5 where id = $1`,
    [id, state, by ?? task ?? null, note ?? null, record],
  );
}
