import type { ClientBase, Pool } from 'pg';
import { toText } from './jsonb.ts';

/** Something that an operator has to look at: a file that was refused, or items of it. */
export interface Incident {
  id: number;
  at: Date;
  run: string;
  /** Where the file is; see `nameOf`. */
  file: string | null;
  station: string | null;
  /** Short code: 'broken-json', 'unknown-station', 'items-refused', … */
  what: string;
  reason: string;
  open: boolean;
  /** When it was closed, by whom (`user@host`) and what they said; null while it is open. */
  closedAt: Date | null;
  closedBy: string | null;
  note: string | null;
}

export interface NewIncident {
  fileId: number;
  file: string | null;
  station: string | null;
  what: string;
  reason: string;
}

export async function writeIncidents(
  db: ClientBase,
  run: string,
  incidents: readonly NewIncident[],
): Promise<void> {
  if (incidents.length === 0) return;
  await db.query(
    `insert into incident (run, file_id, file, station, what, reason)
     select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])`,
    [
      run,
      incidents.map(({ fileId }) => fileId),
      incidents.map(({ file }) => (file === null ? null : toText(file))),
      incidents.map(({ station }) => (station === null ? null : toText(station))),
      incidents.map(({ what }) => what),
      incidents.map(({ reason }) => toText(reason)),
    ],
  );
}

/** How many incidents are still open. */
export async function countOpenIncidents(db: ClientBase | Pool): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select count(*)::int as count from weather.incident where open',
  );
  return rows[0]!.count;
}

/** The latest incidents, newest first; `open` leaves out the closed ones. */
export async function listIncidents(
  db: ClientBase | Pool,
  { open = true, limit = 100 }: { open?: boolean; limit?: number } = {},
): Promise<Incident[]> {
  const { rows } = await db.query<Omit<Incident, 'id'> & { id: string }>(
    `select id, at, run, file, station, what, reason, open, closed_at as "closedAt", closed_by as "closedBy", note
     from weather.incident where open or not $1 order by id desc limit $2`,
    [open, limit],
  );
  return rows.map((row) => ({ ...row, id: Number(row.id) }));
}

/** Closes incidents by id; gives the ids of those that were open. `by`: who does it, `user@host`. */
export async function closeIncidents(
  db: ClientBase | Pool,
  ids: readonly number[],
  { by, note }: { by?: string; note?: string } = {},
): Promise<number[]> {
  const { rows } = await db.query<{ id: string }>(
    `update weather.incident set open = false, closed_at = now(), closed_by = $2, note = $3
     where open and id = any($1) returning id`,
    [ids, by ?? null, note === undefined ? null : toText(note)],
  );
  return rows.map(({ id }) => Number(id));
}

/** Closes all that are open at this moment; gives their ids. */
export async function closeAllIncidents(
  db: ClientBase | Pool,
  who: { by?: string; note?: string } = {},
): Promise<number[]> {
  const { rows } = await db.query<{ id: string }>('select id from weather.incident where open order by id');
  return closeIncidents(
    db,
    rows.map(({ id }) => Number(id)),
    who,
  );
}

/** Those of the ids that no incident has. */
export async function unknownIncidents(db: ClientBase | Pool, ids: readonly number[]): Promise<number[]> {
  const { rows } = await db.query<{ id: string }>('select id from weather.incident where id = any($1)', [
    ids,
  ]);
  const known = new Set(rows.map(({ id }) => Number(id)));
  return ids.filter((id) => !known.has(id));
}
