import type { ClientBase } from 'pg';
import type { Reason } from '../ingest/arrival.ts';

/** A file in quarantine, or one that was. */
export interface Quarantined {
  id: string;
  /** When it came, ISO UTC. */
  at: string;
  databox: string;
  collection: string;
  name: string;
  mime: string | null;
  bytes: number;
  /** Who took it in. */
  task: string | null;
  by: string | null;
  reasons: Reason[];
  state: 'open' | 'accepted' | 'rejected';
  closedAt: string | null;
  closedBy: string | null;
  note: string | null;
  /** The record that it became. */
  record: string | null;
}

const columns = `q.id, to_json(q.at) #>> '{}' as at, d.name as databox, c.name as collection, q.name,
  q.draft ->> 'mime' as mime, (q.draft ->> 'bytes')::float8 as bytes, q.task, q.by, q.reasons, q.state,
  to_json(q.closed_at) #>> '{}' as "closedAt", q.closed_by as "closedBy", q.note, q.record_id as record`;

/** The latest files in quarantine first; those that were decided too with `all`. */
export async function listQuarantine(
  db: ClientBase,
  { all = false, limit = 100 }: { all?: boolean; limit?: number } = {},
): Promise<Quarantined[]> {
  const { rows } = await db.query<Quarantined>(
    `select ${columns} from library.quarantine q join library.databox d on d.id = q.databox_id
     join library.collection c on c.id = q.collection_id
     where $1 or q.state = 'open' order by q.id desc limit $2`,
    [all, limit],
  );
  return rows;
}

/** How many files wait for a decision. */
export async function countQuarantine(db: ClientBase): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    "select count(*)::int as n from library.quarantine where state = 'open'",
  );
  return rows[0]!.n;
}
