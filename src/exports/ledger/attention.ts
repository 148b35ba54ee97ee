import type { TaskContext } from '../../task/kind.ts';
import type { Attention, Waiting } from '../../task/status.ts';
import { readPeriods, readRequested, type PeriodRow } from './periods.ts';

const LATEST = 5;

const words: Partial<Record<PeriodRow['state'], string>> = {
  held: 'is held by its check',
  failed: 'was refused',
  unknown: 'may or may not have arrived',
  missed: 'is missed',
  produced: 'is made but not delivered',
  // No hour tries it again.
  due: 'failed',
};

/** What an operator has to look at: files that wait for a decision, days that nobody made, deliveries that fail. */
export async function attention({ db, task }: Pick<TaskContext<unknown>, 'db' | 'task'>): Promise<Attention> {
  const rows = await readPeriods(
    db,
    task,
    `state in ('held', 'failed', 'unknown', 'missed') or (state = 'produced' and reason is not null)
       or (type = 'operation' and state = 'due' and reason is not null)`,
  );
  const newest = [...rows].sort((a, b) => (a.changedAt < b.changedAt ? 1 : -1)).slice(0, LATEST);
  return {
    count: rows.length,
    latest: newest.map(({ key, state, reason, changedAt }) => ({
      at: changedAt,
      text: `${key} ${words[state]}${reason === null ? '' : `: ${reason}`}`,
    })),
    ...(rows.length > 0 ? { how: `regie export ledger ${task}` } : {}),
  };
}

/** Days, months and operations that are asked for. Loads no module, and opens no row. */
export async function waiting({ db, task }: Pick<TaskContext<unknown>, 'db' | 'task'>): Promise<Waiting[]> {
  const asked = await readRequested(db, task);
  const [oldest] = asked.map(({ changedAt }) => changedAt).sort();
  return oldest === undefined ? [] : [{ what: 'files asked for', count: asked.length, oldest }];
}
