import type { ClientBase } from 'pg';
import { NotFound } from '../../task/not-found.ts';
import { readDatabox, type Databox } from '../model/databox.ts';

/**
 * The databoxes of some records, each with its records, in the order of their ids. Throws `NotFound` naming the ids that
 * there are none of: then nothing is done to any.
 */
export async function locate(
  db: ClientBase,
  ids: readonly string[],
): Promise<{ databox: Databox; ids: string[] }[]> {
  const { rows } = await db.query<{ databox: string; ids: string[] }>(
    `select d.name as databox, array_agg(r.id::text order by r.id) as ids
     from library.record r join library.databox d on d.id = r.databox_id
     where r.id = any($1) group by d.id order by d.id`,
    [ids],
  );
  const found = new Set(rows.flatMap((row) => row.ids));
  const missing = ids.filter((id) => !found.has(id));
  if (missing.length > 0)
    throw new NotFound(
      `There is no record ${missing.join(', ')}. \`regie library record <id>\` shows the events of a deleted one.`,
    );
  const located = [];
  for (const row of rows) located.push({ databox: (await readDatabox(db, row.databox))!, ids: row.ids });
  return located;
}
