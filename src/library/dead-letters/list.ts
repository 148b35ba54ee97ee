import type { ClientBase } from 'pg';

/** Work that failed or was refused. Times are ISO UTC. */
export interface DeadLetter {
  id: string;
  task: string;
  /** What it is about: a path below the task's folder, `record 12`. */
  subject: string;
  /** Short name of the fault. */
  what: string;
  reason: string;
  /** Where the file is kept, absolute, when it was moved aside. */
  kept: string | null;
  attempts: number;
  firstAt: string;
  lastAt: string;
  /** When it is tried again, while it is. */
  notBefore: string | null;
  state: 'retrying' | 'dead' | 'dismissed' | 'solved';
  closedAt: string | null;
  closedBy: string | null;
  note: string | null;
}

const columns = `id, task, subject, what, reason, kept, attempts, to_json(first_at) #>> '{}' as "firstAt",
  to_json(last_at) #>> '{}' as "lastAt", to_json(not_before) #>> '{}' as "notBefore", state,
  to_json(closed_at) #>> '{}' as "closedAt", closed_by as "closedBy", note`;

export interface Which {
  task?: string;
  /** Those that are dealt with too. */
  all?: boolean;
  limit?: number;
}

/** The latest first. */
export async function listDeadLetters(
  db: ClientBase,
  { task, all = false, limit = 100 }: Which = {},
): Promise<DeadLetter[]> {
  const { rows } = await db.query<DeadLetter>(
    `select ${columns} from library.dead_letter
     where ($1 or state in ('retrying', 'dead')) and ($2::text is null or lower(task) = lower($2))
     order by last_at desc, id desc limit $3`,
    [all, task ?? null, limit],
  );
  return rows;
}

/** How many are neither solved nor dismissed. */
export async function countDeadLetters(db: ClientBase, task?: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from library.dead_letter
     where state in ('retrying', 'dead') and ($1::text is null or lower(task) = lower($1))`,
    [task ?? null],
  );
  return rows[0]!.n;
}

/** Those of some ids, in their order; ids that there are none of are left out. */
export async function readDeadLetters(db: ClientBase, ids: readonly number[]): Promise<DeadLetter[]> {
  const { rows } = await db.query<DeadLetter>(
    `select ${columns} from library.dead_letter where id = any($1) order by id`,
    [ids],
  );
  return rows;
}
