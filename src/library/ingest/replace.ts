import type { ClientBase } from 'pg';
import type { Disposition, Prepared, Reason, Who } from './arrival.ts';

/** Why a new version that is held up is not only that: what it is the whole of. */
export function wholeOf({ arrival: { replaces } }: Prepared): Reason[] {
  const { record } = replaces ?? {};
  if (record === undefined) return [];
  const text = `record ${record} was made of this file before it was complete`;
  return [{ check: 'grown', text, record }];
}

/**
 * Lets new versions take the place of what was made of their files before they were complete, in the caller's transaction: a record goes into
 * the trash, with an event of each that names the other; one that waits in quarantine is told of the new one.
 */
export async function replace(
  db: ClientBase,
  databoxId: number,
  files: readonly Prepared[],
  dispositions: ReadonlyMap<Prepared, Disposition>,
  who: Who,
): Promise<void> {
  const pairs = files.flatMap((file) => {
    const became = dispositions.get(file);
    const { replaces } = file.arrival;
    return replaces && became?.what === 'record' ? [{ ...replaces, became: became.record }] : [];
  });
  if (pairs.length === 0) return;
  await db.query(
    `with pair as (
       select old, new from jsonb_to_recordset($2) as x(old bigint, new bigint)
       where exists (select from library.record r where r.id = old and r.databox_id = $1)),
     trashed as (
       update library.record r set trashed_at = coalesce(trashed_at, now()), modified_at = now()
       from pair where r.id = pair.old)
     insert into library.event (databox_id, record_id, task, run, by, what, before, after)
     select $1, old, $3, $4, $5, 'replaced', null, jsonb_build_object('record', new) from pair
     union all
     select $1, new, $3, $4, $5, 'replaces', jsonb_build_object('record', old), null from pair`,
    [
      databoxId,
      JSON.stringify(pairs.map(({ record, became }) => ({ old: record, new: became }))),
      who.task ?? null,
      who.run ?? null,
      who.by ?? null,
    ],
  );
  await db.query(
    `update library.quarantine q set reasons = q.reasons || jsonb_build_array(jsonb_build_object(
       'check', 'grown', 'text', format('its file was not complete: record %s is the whole of it', x.new), 'record', x.new::text))
     from jsonb_to_recordset($1) as x(old bigint, new bigint) where q.id = x.old and q.state = 'open'`,
    [JSON.stringify(pairs.map(({ quarantine, became }) => ({ old: quarantine, new: became })))],
  );
}
