import type { ClientBase } from 'pg';
import type { Who } from '../ingest/arrival.ts';
import type { Collection, Databox } from '../model/databox.ts';
import { anyStatus, toDatabase, type Mask } from '../status/mask.ts';
import { around, type Selection } from './selection.ts';

/** What a change makes of records; what it does not name stays. */
export interface Change {
  collection?: Collection;
  /** Laid over their status. */
  status?: Mask;
}

/** How many records were changed, and how: one may have been both moved and given another status. */
export interface Changed {
  records: number;
  moved: number;
  status: number;
}

/**
 * Moves records of a databox to a collection, lays a mask over their status, or both: one statement, which also writes
 * an event for each change. Records that are like that already, and those in the trash, are left alone.
 */
export async function changeRecords(
  db: ClientBase,
  databox: Databox,
  selection: Selection,
  { collection, status = anyStatus }: Change,
  who: Who,
): Promise<Changed> {
  const own = [
    databox.id,
    collection?.id ?? null,
    toDatabase(status.care),
    toDatabase(status.ones),
    ...whoseValues(who),
  ];
  const query = around(
    selection,
    own,
    (p) => `
      with picked as (
        select id, collection_id, status from library.record
        where id in (${selection.text}) and databox_id = ${p(0)} and trashed_at is null
          and (collection_id <> ${p(1)}::int or (status # ${p(3)}::bigint) & ${p(2)}::bigint <> 0)
        order by id for update),
      changed as (
        update library.record r set collection_id = coalesce(${p(1)}::int, r.collection_id),
          status = (r.status & ~${p(2)}::bigint) | ${p(3)}::bigint, modified_at = now()
        from picked where r.id = picked.id returning r.id, r.collection_id, r.status),
      pair as (
        select id, old.collection_id as old_collection, new.collection_id as new_collection,
          old.status as old_status, new.status as new_status
        from picked old join changed new using (id)),
      moved as (
        insert into library.event (databox_id, record_id, task, run, by, what, before, after)
        select ${p(0)}, pair.id, ${whose(p, 4)}, 'moved', jsonb_build_object('collection', a.name),
          jsonb_build_object('collection', b.name)
        from pair join library.collection a on a.id = old_collection join library.collection b on b.id = new_collection
        where old_collection <> new_collection returning 1),
      marked as (
        insert into library.event (databox_id, record_id, task, run, by, what, before, after)
        select ${p(0)}, id, ${whose(p, 4)}, 'status', jsonb_build_object('status', ${bits('old_status')}),
          jsonb_build_object('status', ${bits('new_status')})
        from pair where old_status <> new_status returning 1)
      select (select count(*) from changed)::int as records, (select count(*) from moved)::int as moved,
        (select count(*) from marked)::int as status`,
  );
  const { rows } = await db.query<Changed>(query);
  return rows[0]!;
}

/** Puts records into the trash; gives how many were not there yet. */
export async function trashRecords(
  db: ClientBase,
  databox: Databox,
  selection: Selection,
  who: Who,
): Promise<number> {
  return flip(db, databox, selection, who, { when: 'is null', becomes: 'now()', what: 'trashed' });
}

/** Takes records out of the trash; gives how many were there. */
export async function restoreRecords(
  db: ClientBase,
  databox: Databox,
  selection: Selection,
  who: Who,
): Promise<number> {
  return flip(db, databox, selection, who, { when: 'is not null', becomes: 'null', what: 'restored' });
}

async function flip(
  db: ClientBase,
  databox: Databox,
  selection: Selection,
  who: Who,
  { when, becomes, what }: { when: string; becomes: string; what: string },
): Promise<number> {
  const { rowCount } = await db.query(
    around(
      selection,
      [databox.id, ...whoseValues(who)],
      (p) => `
        with picked as (
          select id from library.record
          where id in (${selection.text}) and databox_id = ${p(0)} and trashed_at ${when} order by id for update),
        changed as (
          update library.record r set trashed_at = ${becomes}, modified_at = now() from picked
          where r.id = picked.id returning r.id)
        insert into library.event (databox_id, record_id, task, run, by, what)
        select ${p(0)}, id, ${whose(p, 1)}, '${what}' from changed`,
    ),
  );
  return rowCount ?? 0;
}

/** What is left of records that were deleted. */
export interface Deleted {
  records: number;
  /** Their originals, hexadecimal; `releaseOriginals` takes away those that nothing else needs. */
  originals: string[];
}

/**
 * Deletes records for good, in the trash or not; their events stay, the last one holds what they were. The records of a
 * story are not deleted with it. Their originals are for `releaseOriginals` to take away, after the commit.
 */
export async function deleteRecords(
  db: ClientBase,
  databox: Databox,
  selection: Selection,
  who: Who,
): Promise<Deleted> {
  const { rows } = await db.query<{ sha256: string | null }>(
    around(
      selection,
      [databox.id, ...whoseValues(who)],
      (p) => `
        with picked as (
          select id, collection_id, type, uuid, sha256, mime, name, status from library.record
          where id in (${selection.text}) and databox_id = ${p(0)} order by id for update),
        deleted as (delete from library.record r using picked where r.id = picked.id returning r.id),
        told as (
          insert into library.event (databox_id, record_id, task, run, by, what, before)
          select ${p(0)}, id, ${whose(p, 1)}, 'deleted', jsonb_strip_nulls(jsonb_build_object(
            'collection', (select name from library.collection c where c.id = collection_id), 'type', type,
            'uuid', uuid, 'sha256', encode(sha256, 'hex'), 'mime', mime, 'name', name, 'status', ${bits('status')},
            'values', (
              select jsonb_object_agg(name, texts) from (
                select f.name, jsonb_agg(v.text order by v.position) as texts
                from library.value v join library.field f on f.id = v.field_id
                where v.record_id = picked.id group by f.name) of_fields)))
          from picked join deleted using (id))
        select encode(sha256, 'hex') as sha256 from picked`,
    ),
  );
  const originals = new Set(rows.flatMap(({ sha256 }) => sha256 ?? []));
  return { records: rows.length, originals: [...originals] };
}

/** As many digits of a status as it needs: what events say. */
const bits = (status: string) => `coalesce(nullif(ltrim((${status})::bit(64)::text, '0'), ''), '0')`;

const whoseValues = ({ task, run, by }: Who) => [task ?? null, run ?? null, by ?? null];

const whose = (p: (index: number) => string, first: number) =>
  [0, 1, 2].map((index) => `${p(first + index)}::text`).join(', ');
