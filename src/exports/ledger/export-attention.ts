import type { TaskContext } from '../../task/kind.ts';
import type { Attention, Waiting } from '../../task/status.ts';
import { problemText, readOpenPeriods } from './export-incidents.ts';
import { readRequested } from './periods.ts';

const LATEST = 5;

/** What an operator has to look at: files that wait for a decision, days that nobody made, deliveries that fail. */
export async function attention({ db, task }: Pick<TaskContext<unknown>, 'db' | 'task'>): Promise<Attention> {
  const rows = await readOpenPeriods({ db, task });
  const newest = [...rows].sort((a, b) => (a.changedAt < b.changedAt ? 1 : -1)).slice(0, LATEST);
  return {
    count: rows.length,
    latest: newest.map((row) => ({ at: row.changedAt, text: problemText(row) })),
    ...(rows.length > 0
      ? { how: `\`regie incidents --task ${task}\` lists them, and the command that decides about each.` }
      : {}),
  };
}

/** Days, months and operations that are asked for. Loads no module, and opens no row. */
export async function waiting({ db, task }: Pick<TaskContext<unknown>, 'db' | 'task'>): Promise<Waiting[]> {
  const asked = await readRequested(db, task);
  const [oldest] = asked.map(({ changedAt }) => changedAt).sort();
  return oldest === undefined ? [] : [{ what: 'files asked for', count: asked.length, oldest }];
}
