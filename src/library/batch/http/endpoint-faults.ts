import os from 'node:os';
import type { Pool } from 'pg';
import { messageOf } from '../../../task/errors.ts';
import { openIncidents, resolveIncidents } from '../../../incidents/write-incidents.ts';
import { whoHas } from './reachable.ts';
import type { HttpSettings } from './endpoint-settings.ts';

/** Whose endpoint it is. */
export interface Owner {
  pool: Pool;
  task: string;
}

/** What it is told by: of this machine; wherever it listens. */
const subject = `HTTP endpoint on ${os.hostname()}`;

/**
 * Notes as an incident why this machine takes no batches over HTTP, where an operator looks for what is wrong; once
 * for the same reason. While another worker of this machine serves the address nothing is.
 */
export async function tellFault({ pool, task }: Owner, http: HttpSettings, error: unknown): Promise<void> {
  const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  if (taken && (await whoHas(http)) !== 'other') return;
  const why = taken
    ? `another program answers at port ${http.port} of ${http.host}: end it, or choose another port`
    : messageOf(error);
  const reason = `no batches are taken over HTTP on ${os.hostname()}: ${why}`;
  const db = await pool.connect();
  try {
    const { rowCount } = await db.query(
      `select from regie.incident
       where task = $1 and subject = $2 and reason = $3 and (state <> 'resolved' or muted)`,
      [task, subject, reason],
    );
    if (!rowCount)
      await openIncidents(db, { task, kind: 'batchUpload' }, [
        { subject, what: 'endpoint', reason, mend: 'regie incidents close {id}' },
      ]);
  } finally {
    db.release();
  }
}

/** It listens, or is not wanted any more: what was told of it is mended. */
export async function mendFault({ pool, task }: Owner): Promise<void> {
  const db = await pool.connect();
  try {
    await resolveIncidents(db, task, [subject]);
  } finally {
    db.release();
  }
}
