import type { ClientBase } from 'pg';
import type { Attention } from '../../task/status.ts';

/** As many as fit on a screen. */
const MOST = 5;

/** The control workflow carries these texts in its history. */
const LONGEST = 400;
const clip = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

/** What waits for somebody: files in quarantine, and dead letters: refused files, and work that fails. */
export async function attention(db: ClientBase, task: string): Promise<Attention> {
  const { rows } = await db.query<{ at: Date; text: string; total: number }>(
    `with all_open as (
       select at, format('quarantine %s: %s: %s', id, name, reasons -> 0 ->> 'text') as text
       from library.quarantine where task = $1 and state = 'open'
       union all
       select last_at, format('error %s: %s: %s', id, subject, reason)
       from library.dead_letter where task = $1 and state in ('retrying', 'dead'))
     select at, text, count(*) over ()::int as total from all_open order by at desc limit $2`,
    [task, MOST],
  );
  return {
    count: rows[0]?.total ?? 0,
    latest: rows.map(({ at, text }) => ({ at: at.toISOString(), text: clip(text) })),
    how:
      '`regie library quarantine` lists files that are there already or fail a check, for you to accept or reject; ' +
      '`regie library errors` lists refused files and work that fails, to retry or dismiss.',
  };
}
