import type { TaskContext } from '../../task/kind.ts';
import type { Waiting } from '../../task/status.ts';
import { readUnits } from './unit.ts';

/** Days, months and operations that somebody has asked for and no run has dealt with. Loads no module, and opens no row. */
export async function waiting({ db, task }: Pick<TaskContext<unknown>, 'db' | 'task'>): Promise<Waiting[]> {
  const asked = await readUnits(db, task, 'requested_by is not null');
  const [oldest] = asked.map(({ changedAt }) => changedAt).sort();
  return oldest === undefined ? [] : [{ what: 'files asked for', count: asked.length, oldest }];
}
