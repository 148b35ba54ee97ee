import { CommandRejected } from '../../task/command-rejected.ts';
import type { Incident, IncidentDecision } from '../../task/incident.ts';
import type { TaskContext } from '../../task/kind.ts';
import { readRefusals } from './refusals.ts';

/** Rules that do nothing until their settings are mended, as the list of incidents shows them. */
export async function list({ db, task }: Pick<TaskContext<unknown>, 'db' | 'task'>): Promise<Incident[]> {
  return (await readRefusals(db, task)).map(({ name, at, what, reason }) => ({
    id: `${task}/${name}`,
    task,
    kind: 'recordMover',
    subject: name,
    what,
    reason: `rule ${JSON.stringify(name)} ${what === 'disabled' ? 'is disabled' : 'is held back'}: ${reason}`,
    state: 'open',
    mend: `regie rules test ${task}`,
    attempts: 1,
    firstAt: at.toISOString(),
    lastAt: at.toISOString(),
  }));
}

async function decide(_: unknown, { id, mend }: Incident): Promise<IncidentDecision> {
  throw new CommandRejected(
    `${id}: correct the rule in the configuration, and it is carried out again by itself; \`${mend}\` shows what it would do`,
  );
}

export const own = { list, retry: decide, close: decide };
