import type { ClientBase } from 'pg';
import { fromDatabase } from '../status/mask.ts';

/** A record with all that is known of it. Times are ISO UTC. */
export interface WholeRecord {
  id: string;
  databox: string;
  collection: string;
  type: 'record' | 'story';
  uuid: string;
  /** Of its original, hexadecimal; a story has none. */
  sha256: string | null;
  kind: string;
  mime: string | null;
  bytes: number | null;
  name: string;
  status: bigint;
  createdAt: string;
  modifiedAt: string;
  trashedAt: string | null;
  /** Work of other tasks that it waits for. */
  awaits: string[];
  /** In the order of the databox's fields. */
  values: { field: string; type: string; texts: string[] }[];
  /** Of a story, in its order. */
  members: { id: string; name: string }[];
  /** Those that it belongs to. */
  stories: { id: string; name: string }[];
  /** Oldest first. */
  events: RecordEvent[];
}

export interface RecordEvent {
  at: string;
  what: string;
  task: string | null;
  run: string | null;
  by: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

type Row = Omit<WholeRecord, 'status' | 'bytes' | 'values' | 'members' | 'stories' | 'events'> & {
  status: string;
  bytes: string | null;
};

/** Reads a record, in the trash or not; undefined when there is none of that id. */
export async function readRecord(db: ClientBase, id: string): Promise<WholeRecord | undefined> {
  const { rows } = await db.query<Row>(
    `select r.id, d.name as databox, c.name as collection, r.type, r.uuid,
       encode(r.sha256, 'hex') as sha256, r.kind, r.mime, r.bytes, r.name, r.status, ${iso('r.created_at')} as "createdAt",
       ${iso('r.modified_at')} as "modifiedAt", ${iso('r.trashed_at')} as "trashedAt", r.awaits
     from library.record r join library.databox d on d.id = r.databox_id
     join library.collection c on c.id = r.collection_id where r.id = $1`,
    [id],
  );
  const row = rows[0];
  if (!row) return undefined;
  const { status, bytes, ...record } = row;
  return {
    ...record,
    status: fromDatabase(status),
    bytes: bytes === null ? null : Number(bytes),
    values: await readValues(db, id),
    members: await readLinked(db, id, 'story_id', 'record_id'),
    stories: await readLinked(db, id, 'record_id', 'story_id'),
    events: await readEvents(db, id),
  };
}

/** What happened to a record, oldest first; to a deleted one too. */
export async function readEvents(db: ClientBase, id: string): Promise<RecordEvent[]> {
  const { rows } = await db.query<RecordEvent>(
    `select ${iso('at')} as at, what, task, run, by, before, after from library.event where record_id = $1 order by id`,
    [id],
  );
  return rows;
}

async function readValues(db: ClientBase, id: string): Promise<WholeRecord['values']> {
  const { rows } = await db.query<WholeRecord['values'][number]>(
    `select f.name as field, f.type, array_agg(v.text order by v.position) as texts
     from library.value v join library.field f on f.id = v.field_id where v.record_id = $1
     group by f.id order by f.id`,
    [id],
  );
  return rows;
}

async function readLinked(
  db: ClientBase,
  id: string,
  own: 'story_id' | 'record_id',
  other: 'story_id' | 'record_id',
): Promise<{ id: string; name: string }[]> {
  const { rows } = await db.query<{ id: string; name: string }>(
    `select r.id, r.name from library.story_member m join library.record r on r.id = m.${other}
     where m.${own} = $1 order by m.position, r.id`,
    [id],
  );
  return rows;
}

const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
