import type { ClientBase, Pool } from 'pg';
import type { Attention, LastRun, Outcome, RunOptions, Waiting } from '../task/status.ts';

type Db = Pool | ClientBase;

/** The row of a task: what its control workflow tells its runs. */
export interface TaskRow {
  trace: boolean;
  paused: boolean;
  note: string;
  stopped_at: Date | null;
  since: Date;
  by: string;
  reason: string | null;
  pending: RunOptions | null;
  failures: number;
  not_before: Date | null;
  blocked_by: string | null;
  /** What an operator has to look at, as the control workflow was last told. */
  attention: Attention | null;
}

/** Reads a task's row; makes it when the task is new. */
export async function readTask(db: Db, name: string, kind: string): Promise<TaskRow> {
  const select = 'select * from regie.task where name = $1';
  const found = (await db.query<TaskRow>(select, [name])).rows[0];
  if (found) return found;
  await db.query('insert into regie.task (name, kind) values ($1, $2) on conflict do nothing', [name, kind]);
  const made = (await db.query<TaskRow>(select, [name])).rows[0];
  if (!made) throw new Error(`task ${name}: its row in regie.task vanished`);
  return made;
}

/** A row of the run ledger. */
export interface RunRow {
  id: string;
  run_id: string;
  kind: string;
  nominal: Date;
  started_at: Date;
  ended_at: Date | null;
  outcome: Outcome | null;
  options: RunOptions;
  report: {
    counts?: Record<string, number>;
    waiting?: Waiting[];
    note?: string;
    changed?: boolean;
    end?: string;
  } | null;
  error: string | null;
}

/** A ledger row as `status` and `regie log` show it. */
export function toLastRun(row: RunRow): LastRun {
  return {
    id: row.id,
    at: row.started_at.toISOString(),
    ms: (row.ended_at ?? row.started_at).getTime() - row.started_at.getTime(),
    outcome: row.outcome ?? 'failed',
    counts: row.report?.counts ?? {},
    ...(row.report?.note ? { note: row.report.note } : {}),
    ...(row.error ? { error: row.error } : {}),
  };
}

/** The last run that ended, and the one in progress. A run that found the task busy says nothing about it. */
export async function readRuns(db: Db, task: string): Promise<{ last?: RunRow; open?: RunRow }> {
  const last = await db.query<RunRow>(
    `select * from regie.run where task = $1 and ended_at is not null and outcome <> 'busy'
     order by started_at desc limit 1`,
    [task],
  );
  const open = await db.query<RunRow>(
    'select * from regie.run where task = $1 and ended_at is null order by started_at desc limit 1',
    [task],
  );
  return { ...(last.rows[0] ? { last: last.rows[0] } : {}), ...(open.rows[0] ? { open: open.rows[0] } : {}) };
}
