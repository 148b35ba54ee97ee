import type { ClientBase, Pool } from 'pg';
import { CommandRejected } from '../../task/command-rejected.ts';
import type { Incident, Problem } from '../../task/incident.ts';
import { openIncidents, resolveById } from '../../incidents/write-incidents.ts';

/** An incident of a batch that an operator wants to be tried again. */
export interface Retry {
  id: string;
  /** Where the batch is, absolute; null when it is nowhere, or in the drop or the work folder already. */
  target: string | null;
}

/** Notes a batch of which something failed, or once more: under another name it is another subject, and `before` is over. */
export async function openBatchIncident(
  db: ClientBase,
  before: string | null,
  { task, run }: { task: string; run: string },
  problem: Problem,
): Promise<string> {
  const [written] = await openIncidents(db, { task, kind: 'batchUpload', run }, [problem]);
  if (before !== null && before !== written!.id) await resolveById(db, [before]);
  return written!.id;
}

/** The incidents that are to be tried again now; an endpoint is by itself. */
export async function readRetries(db: ClientBase | Pool, task: string): Promise<Retry[]> {
  const { rows } = await db.query<Retry>(
    `select i.id, b.target from regie.incident i left join library.batch b on b.incident = i.id
     where i.task = $1 and i.state = 'retrying' and i.what <> 'endpoint'
       and (i.not_before is null or i.not_before <= clock_timestamp())
     order by i.id`,
    [task],
  );
  return rows;
}

/** The next run puts the batch back into the drop by itself. Throws `CommandRejected` for what is no batch. */
export function retryBatch({ id, what }: Incident): { moved: boolean } {
  if (what === 'endpoint')
    throw new CommandRejected(
      `incident ${id}: the endpoint is tried again by itself, and this is resolved as soon as it listens`,
    );
  return { moved: false };
}
