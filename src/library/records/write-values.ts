import type { ClientBase } from 'pg';
import type { FieldValues, Who } from '../ingest/arrival.ts';
import type { Databox } from '../model/databox.ts';
import { typedValue } from '../values/typed.ts';
import { around, type Selection } from './selection.ts';

/**
 * Gives records other values in some fields; no values empties a field. One statement, an event for each record that
 * had others; those in the trash are left alone. What is written waits for `metadata` and `index`. Gives how many changed.
 */
export async function setValues(
  db: ClientBase,
  databox: Databox,
  selection: Selection,
  changes: readonly FieldValues[],
  who: Who,
): Promise<number> {
  const values = changes.flatMap(({ field, values: texts }) =>
    texts.map((text, position) => ({
      field_id: field.id,
      position,
      text,
      ...typedValue(field.type, text, databox.timezone),
    })),
  );
  const own = [
    databox.id,
    changes.map(({ field }) => field.id),
    JSON.stringify(values),
    who.task ?? null,
    who.run ?? null,
    who.by ?? null,
  ];
  const { rows } = await db.query<{ records: number }>(
    around(
      selection,
      own,
      (p) => `
        with wanted as (
          select f.id as field_id, f.name, coalesce(jsonb_agg(x.text order by x.position) filter (where x.text is not null), '[]') as texts
          from library.field f left join jsonb_to_recordset(${p(2)}) as x(field_id int, position smallint, text text) on x.field_id = f.id
          where f.id = any(${p(1)}::int[]) and f.databox_id = ${p(0)} group by f.id),
        picked as (
          select id from library.record where id in (${selection.text}) and databox_id = ${p(0)} and trashed_at is null
          order by id for update),
        different as (
          select picked.id, w.field_id, w.name, old.texts as before, w.texts as after
          from picked cross join wanted w cross join lateral (
            select coalesce(jsonb_agg(v.text order by v.position), '[]') as texts from library.value v
            where v.record_id = picked.id and v.field_id = w.field_id) old
          where old.texts <> w.texts),
        cleared as (
          delete from library.value v using different d
          where v.record_id = d.id and v.field_id = d.field_id
            and v.position >= jsonb_array_length(d.after)),
        written as (
          insert into library.value (record_id, field_id, position, text, number, date)
          select d.id, d.field_id, x.position, x.text, x.number, x.date
          from different d join jsonb_to_recordset(${p(2)}) as x(field_id int, position smallint, text text,
            number double precision, date timestamp) on x.field_id = d.field_id
          on conflict (record_id, field_id, position) do update
          set text = excluded.text, number = excluded.number, date = excluded.date),
        changed as (
          update library.record r set modified_at = now(),
            awaits = array(select distinct unnest(awaits || '{metadata,index}'::text[]) order by 1)
          where r.id in (select id from different) returning r.id),
        told as (
          insert into library.event (databox_id, record_id, task, run, by, what, before, after)
          select ${p(0)}, id, ${p(3)}::text, ${p(4)}::text, ${p(5)}::text, 'fields', jsonb_object_agg(name, before),
            jsonb_object_agg(name, after)
          from different group by id)
        select count(*)::int as records from changed`,
    ),
  );
  return rows[0]!.records;
}
