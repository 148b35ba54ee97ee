import type { ClientBase } from 'pg';
import { attentionOf } from '../../incidents/open-incidents.ts';
import type { Attention } from '../../task/status.ts';

/** As many as fit on a screen. */
const MOST = 5;

/** What waits for somebody: files in quarantine, and incidents: refused files, and work that fails. */
export async function attention(db: ClientBase, task: string): Promise<Attention> {
  const { rows } = await db.query<{ at: Date; text: string; total: number }>(
    `select at, format('quarantine %s: %s: %s', id, name, reasons -> 0 ->> 'text') as text, count(*) over ()::int as total
     from library.quarantine where task = $1 and state = 'open' order by at desc limit $2`,
    [task, MOST],
  );
  return attentionOf(db, task, rows, rows[0]?.total ?? 0);
}
