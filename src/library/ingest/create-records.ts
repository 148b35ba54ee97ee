import type { ClientBase } from 'pg';
import type { Databox } from '../model/databox.ts';
import { toDatabase } from '../status/mask.ts';
import { typedValue } from '../values/typed.ts';
import type { FieldValues, Who } from './arrival.ts';

export interface RecordDraft {
  type?: 'record' | 'story';
  collectionId: number;
  uuid?: string;
  sha256?: string;
  bytes?: number;
  kind: string;
  mime: string | null;
  name: string;
  status: bigint;
  values: readonly FieldValues[];
}

/** Writes new records with their values and events; gives their ids, in the order of the drafts. */
export async function createRecords(
  db: ClientBase,
  databox: Pick<Databox, 'id' | 'timezone'>,
  drafts: readonly RecordDraft[],
  who: Who,
): Promise<string[]> {
  if (drafts.length === 0) return [];
  const { rows } = await db.query<{ id: string }>(
    "select nextval(pg_get_serial_sequence('library.record', 'id')) as id from generate_series(1, $1)",
    [drafts.length],
  );
  const ids = rows.map(({ id }) => id);
  await db.query(
    `insert into library.record (id, databox_id, collection_id, type, uuid, sha256, kind, mime, bytes, name, status, awaits)
     overriding system value
     select id, $1, collection_id, type, coalesce(uuid, gen_random_uuid()), decode(sha256, 'hex'), kind, mime, bytes,
            name, status, '{renditions,metadata,index}'
     from jsonb_to_recordset($2) as x(id bigint, collection_id int, type text, uuid uuid, sha256 text, kind text,
       mime text, bytes bigint, name text, status bigint)`,
    [
      databox.id,
      JSON.stringify(
        drafts.map((draft, index) => ({
          id: ids[index],
          collection_id: draft.collectionId,
          type: draft.type ?? 'record',
          uuid: draft.uuid,
          sha256: draft.sha256,
          kind: draft.kind,
          mime: draft.mime,
          bytes: draft.bytes,
          name: draft.name,
          status: toDatabase(draft.status),
        })),
      ),
    ],
  );
  await db.query(
    `insert into library.value (record_id, field_id, position, text, number, date)
     select record_id, field_id, position, text, number, date
     from jsonb_to_recordset($1) as x(record_id bigint, field_id int, position smallint, text text,
       number double precision, date timestamp)`,
    [
      JSON.stringify(
        drafts.flatMap(({ values }, index) =>
          values.flatMap(({ field, values: texts }) =>
            texts.map((text, position) => ({
              record_id: ids[index],
              field_id: field.id,
              position,
              text,
              ...typedValue(field.type, text, databox.timezone),
            })),
          ),
        ),
      ),
    ],
  );
  await db.query(
    `insert into library.event (databox_id, record_id, task, run, by, what)
     select $1, id, $3, $4, $5, 'created' from unnest($2::bigint[]) as id`,
    [databox.id, ids, who.task ?? null, who.run ?? null, who.by ?? null],
  );
  return ids;
}
