import type { ClientBase } from 'pg';
import type { TaskContext } from '../../task/kind.ts';
import type { Attention } from '../../task/status.ts';

/** As many as fit on a screen. */
const MOST = 5;

/** The control workflow carries these texts in its history. */
const LONGEST = 400;

/** Files that were refused, and those that failed too often: the task's dead letters. */
export async function attention({
  db,
  task,
}: Pick<TaskContext<unknown>, 'task'> & { db: ClientBase }): Promise<Attention> {
  const { rows } = await db.query<{ at: Date; reason: string; count: number }>(
    `select last_at as at, reason, count(*) over ()::int as count
     from library.dead_letter where task = $1 and state = 'dead' order by last_at desc, id desc limit $2`,
    [task, MOST],
  );
  return {
    count: rows[0]?.count ?? 0,
    latest: rows.map(({ at, reason }) => ({ at: at.toISOString(), text: reason.slice(0, LONGEST) })),
    how: '`regie library errors` lists them all; `retry` tries one again, `dismiss` leaves it.',
  };
}
