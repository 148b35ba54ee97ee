import type { ClientBase, Pool } from 'pg';
import type { LibrarySettings } from '../library-settings.ts';
import { toDatabase } from '../status/mask.ts';

/**
 * Makes the databoxes, collections, fields and status bits that the configuration declares, and brings those that are
 * there in line with it. Nothing is removed: records need it. One statement each, which writes nothing when nothing
 * differs, so that every run may call it. Ids are in the configuration's order: lists follow them.
 */
export async function syncLibrary(db: ClientBase | Pool, settings: LibrarySettings): Promise<void> {
  const databoxes = Object.entries(settings.databoxes).map(([name, box]) => ({ name, ...box }));
  if (databoxes.length === 0) return;
  await db.query(
    `insert into library.databox as d (name, timezone)
     select name, timezone from jsonb_to_recordset($1) as x(at int, name text, timezone text) order by at
     on conflict (lower(name)) do update set timezone = excluded.timezone where d.timezone <> excluded.timezone`,
    [JSON.stringify(databoxes.map(({ name, timezone }, at) => ({ at, name, timezone })))],
  );
  await db.query(
    `insert into library.collection as c (databox_id, name, status)
     select d.id, x.name, x.status
     from jsonb_to_recordset($1) as x(at int, databox text, name text, status bigint)
     join library.databox d on lower(d.name) = lower(x.databox) order by d.id, at
     on conflict (databox_id, lower(name)) do update set status = excluded.status where c.status <> excluded.status`,
    [
      JSON.stringify(
        databoxes.flatMap(({ name: databox, collections }) =>
          Object.entries(collections).map(([name, { status }], at) => ({
            at,
            databox,
            name,
            status: toDatabase(status?.ones ?? 0n),
          })),
        ),
      ),
    ],
  );
  await db.query(
    `insert into library.field as f (databox_id, name, sources, type, multi, separators, read_only, required)
     select d.id, x.name, x.sources, x.type, x.multi, x.separators, x.read_only, x.required
     from jsonb_to_recordset($1) as x(at int, databox text, name text, sources text[], type text, multi boolean,
       separators text, read_only boolean, required boolean)
     join library.databox d on lower(d.name) = lower(x.databox) order by d.id, at
     on conflict (databox_id, lower(name)) do update set sources = excluded.sources, type = excluded.type,
       multi = excluded.multi, separators = excluded.separators, read_only = excluded.read_only,
       required = excluded.required
     where (f.sources, f.type, f.multi, f.separators, f.read_only, f.required) is distinct from
           (excluded.sources, excluded.type, excluded.multi, excluded.separators, excluded.read_only, excluded.required)`,
    [
      JSON.stringify(
        databoxes.flatMap(({ name: databox, fields }) =>
          fields.map(({ name, source, type, multi, separators, readOnly, required }, at) => ({
            at,
            databox,
            name,
            sources: source,
            type,
            multi,
            separators,
            read_only: readOnly,
            required,
          })),
        ),
      ),
    ],
  );
  await db.query(
    `insert into library.status_bit as b (databox_id, bit, label, on_name, off_name)
     select d.id, x.bit, x.label, x.on_name, x.off_name
     from jsonb_to_recordset($1) as x(databox text, bit smallint, label text, on_name text, off_name text)
     join library.databox d on lower(d.name) = lower(x.databox)
     on conflict (databox_id, bit) do update
     set label = excluded.label, on_name = excluded.on_name, off_name = excluded.off_name
     where (b.label, b.on_name, b.off_name) is distinct from (excluded.label, excluded.on_name, excluded.off_name)`,
    [
      JSON.stringify(
        databoxes.flatMap(({ name: databox, statusBits }) =>
          Object.entries(statusBits).map(([bit, { label, on, off }]) => ({
            databox,
            bit: Number(bit),
            label,
            on_name: on ?? null,
            off_name: off ?? null,
          })),
        ),
      ),
    ],
  );
}
