import type { Db } from './unit.ts';

/** Something that happened to a unit. */
export interface LedgerEvent {
  at: string;
  what: string;
  by: string | null;
  run: string | null;
  text: string | null;
}

/** What happened to a unit, in order. */
export async function readEvents(db: Db, task: string, key: string): Promise<LedgerEvent[]> {
  const { rows } = await db.query<Omit<LedgerEvent, 'at'> & { at: Date }>(
    'select at, what, by, run, text from export.event where task = $1 and key = $2 order by id',
    [task, key],
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
