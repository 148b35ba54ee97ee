import { CommandRejected } from '../../task/command-rejected.ts';
import type { Incident, IncidentDecision } from '../../task/incident.ts';
import type { TaskContext } from '../../task/kind.ts';

/** As many as a screen and a bulk decision hold. */
const MOST = 1_000;

/** Files in quarantine, as the list of incidents shows them: they stay in their table, and wait for a decision of their own. */
export async function list({ db, task }: Pick<TaskContext<unknown>, 'db' | 'task'>): Promise<Incident[]> {
  const { rows } = await db.query<{ id: string; at: string; name: string; reason: string; kind: string }>(
    `select q.id, to_json(q.at) #>> '{}' as at, q.name, coalesce(t.kind, 'archive') as kind,
            (select string_agg(r ->> 'text', '; ') from jsonb_array_elements(q.reasons) r) as reason
     from library.quarantine q left join regie.task t on t.name = q.task
     where q.task = $1 and q.state = 'open' order by q.at desc limit $2`,
    [task, MOST],
  );
  return rows.map(({ id, at, name, reason, kind }) => ({
    id: `quarantine-${id}`,
    task,
    kind,
    subject: name,
    what: 'quarantine',
    reason,
    state: 'open',
    mend: `regie library quarantine accept ${id}, or reject ${id}`,
    attempts: 1,
    firstAt: at,
    lastAt: at,
  }));
}

/** Neither can be guessed: accepted it becomes a record, rejected it is deleted. */
async function decide(_: unknown, { id }: Incident): Promise<IncidentDecision> {
  const number = id.replace('quarantine-', '');
  throw new CommandRejected(
    `${id}: make a record of it by \`regie library quarantine accept ${number}\`, or delete it by \`regie library quarantine reject ${number}\``,
  );
}

export const own = { list, retry: decide, close: decide };
