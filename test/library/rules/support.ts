import type { PoolClient } from 'pg';
import { createHash } from 'node:crypto';
import { needCollection, needDatabox, type Databox } from '../../../src/library/model/databox.ts';
import { syncLibrary } from '../../../src/library/model/sync.ts';
import { fromDatabase, toDatabase } from '../../../src/library/status/mask.ts';
import { typedValue } from '../../../src/library/values/typed.ts';
import { openPool } from '../../../src/store/connection.ts';
import { bareConfig } from '../../support/bare-config.ts';
import { libraryDatabase } from '../support/library-database.ts';
import { library } from './context.ts';
import { librarySection } from '../../../src/library/library-settings.ts';

/** A record as a test writes it down, and as it finds it again. */
export interface TestRecord {
  id: string;
  type: 'record' | 'story';
  collection: string;
  status: bigint;
  trashed: Date | null;
  created: Date;
  modified: Date;
  /** By the name of the field. */
  values: Record<string, string[]>;
}

/** A library with the databoxes above, emptied after each test. */
export interface TestLibrary {
  url: string;
  db: PoolClient;
  press: Databox;
  films: Databox;
  close(): Promise<void>;
}

export async function openLibrary(): Promise<TestLibrary> {
  const { url, close } = await libraryDatabase();
  const pool = openPool(url);
  const db = await pool.connect();
  await syncLibrary(db, librarySection.of(bareConfig('/nowhere', { library })));
  return {
    url,
    db,
    press: await needDatabox(db, 'Press'),
    films: await needDatabox(db, 'Films'),
    async close() {
      db.release();
      await pool.end();
      await close();
    },
  };
}

/** What is left out of a record does not matter to the test. */
export type Draft = Partial<Omit<TestRecord, 'id'>> & { content?: string };

/** So many records alike. */
export const many = (count: number, draft: Draft): Draft[] => Array.from({ length: count }, () => draft);

/** Writes records straight into the tables; gives their ids. */
export async function put(db: PoolClient, databox: Databox, drafts: readonly Draft[]): Promise<string[]> {
  const { rows: next } = await db.query<{ id: string }>(
    'select coalesce(max(id), 0) as id from library.record',
  );
  const first = Number(next[0]!.id) + 1;
  const rows = drafts.map((draft, index) => {
    const id = first + index;
    const type = draft.type ?? 'record';
    return {
      id,
      type,
      collection_id: needCollection(databox, draft.collection ?? databox.collections[0]!.name).id,
      status: toDatabase(draft.status ?? 0n),
      trashed_at: draft.trashed ?? null,
      created_at: draft.created ?? new Date(),
      modified_at: draft.modified ?? new Date(),
      sha256: type === 'story' ? null : sha256(draft.content ?? `record ${id}`),
    };
  });
  await db.query(
    `with made as (
       insert into library.original (sha256, bytes)
       select distinct decode(sha256, 'hex'), 1 from jsonb_to_recordset($2) as x(sha256 text) where sha256 is not null
       on conflict do nothing)
     insert into library.record (id, databox_id, type, collection_id, status, trashed_at, created_at, modified_at, sha256, name)
     overriding system value
     select id, $1, type, collection_id, status, trashed_at, created_at, modified_at, decode(sha256, 'hex'), 'a.jpg'
     from jsonb_to_recordset($2) as x(id bigint, type text, collection_id int, status bigint, trashed_at timestamptz,
       created_at timestamptz, modified_at timestamptz, sha256 text)`,
    [databox.id, JSON.stringify(rows)],
  );
  const values = drafts.flatMap(({ values = {} }, index) =>
    Object.entries(values).flatMap(([name, texts]) => {
      const field = databox.fields.find((each) => each.name === name)!;
      return texts.map((text, position) => ({
        record_id: first + index,
        field_id: field.id,
        position,
        text,
        ...typedValue(field.type, text, databox.timezone),
      }));
    }),
  );
  await db.query(
    `insert into library.value (record_id, field_id, position, text, number, date)
     select * from jsonb_to_recordset($1) as x(record_id bigint, field_id int, position smallint, text text,
       number float8, date timestamp)`,
    [JSON.stringify(values)],
  );
  return rows.map(({ id }) => String(id));
}

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Every record that is there, in order. Its values are as they were written. */
export async function readAll(db: PoolClient): Promise<Omit<TestRecord, 'values'>[]> {
  const { rows } = await db.query<Omit<TestRecord, 'values' | 'status'> & { status: string }>(
    `select r.id, r.type, c.name as collection, r.status, r.trashed_at as trashed, r.created_at as created,
       r.modified_at as modified
     from library.record r join library.collection c on c.id = r.collection_id order by r.id`,
  );
  return rows.map((row) => ({ ...row, status: fromDatabase(row.status) }));
}

/** Where each record is: `Online 10000`, `(trash) Online 10000`. */
export async function whereabouts(db: PoolClient): Promise<Record<string, string>> {
  return Object.fromEntries(
    (await readAll(db)).map(({ id, collection, status, trashed }) => [
      id,
      `${trashed ? '(trash) ' : ''}${collection} ${status.toString(2)}`,
    ]),
  );
}

/** All events, in order: `12 moved`. */
export async function eventsOf(db: PoolClient): Promise<string[]> {
  const { rows } = await db.query<{ text: string }>(
    "select record_id || ' ' || what as text from library.event order by record_id, id",
  );
  return rows.map(({ text }) => text);
}
