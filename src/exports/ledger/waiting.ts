import type { TaskContext } from '../../task/kind.ts';
import type { Waiting } from '../../task/status.ts';
import { readAsked } from './unit.ts';

/** Days, months and operations that are asked for. Loads no module, and opens no row. */
export async function waiting({ db, task }: Pick<TaskContext<unknown>, 'db' | 'task'>): Promise<Waiting[]> {
  const asked = await readAsked(db, task);
  const [oldest] = asked.map(({ changedAt }) => changedAt).sort();
  return oldest === undefined ? [] : [{ what: 'files asked for', count: asked.length, oldest }];
}
