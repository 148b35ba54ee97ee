import type { ScheduleDescription } from '@temporalio/client';
import type { Pool } from 'pg';
import type { TaskState } from '../../task/messages.ts';
import { readRuns, readTask, toLastRun, type TaskRow } from '../../store/tasks.ts';
import { readNote } from '../note.ts';

/** Puts together the truth (the schedule) and what the task's row and the ledger add to it. */
export async function readState(
  pool: Pool,
  schedule: ScheduleDescription,
  task: { name: string; kind: string },
): Promise<TaskState> {
  const row = await readTask(pool, task.name, task.kind);
  const { last, open } = await readRuns(pool, task.name);
  const next = schedule.state.paused ? undefined : schedule.info.nextActionTimes[0];
  return {
    ...describeRow(row, schedule),
    trace: row.trace,
    failures: row.failures,
    ...(next ? { nextRun: next.toISOString() } : {}),
    ...(last ? { lastRun: toLastRun(last) } : {}),
    ...(last?.report?.waiting ? { waiting: last.report.waiting } : {}),
    ...(open ? { running: { id: open.id, at: open.started_at.toISOString() } } : {}),
    at: new Date().toISOString(),
  };
}

function describeRow(row: TaskRow, { state }: ScheduleDescription) {
  return {
    paused: state.paused,
    held: state.paused && (readNote(state.note ?? '').held ?? false),
    since: row.since.toISOString(),
    by: row.by,
    ...(row.reason === null ? {} : { reason: row.reason }),
  };
}

/**
 * Writes into the task's row what its schedule says, when it says something new: from then on runs that
 * were asked for before a stop do nothing. Times are PostgreSQL's.
 */
export async function recordSchedule(
  pool: Pool,
  task: { name: string; kind: string },
  { paused, note, by, reason }: { paused: boolean; note: string; by: string; reason?: string | undefined },
): Promise<void> {
  await readTask(pool, task.name, task.kind);
  await pool.query(
    `update regie.task set paused = $2, note = $3, by = $4, reason = $5,
       since = case when paused = $2 then since else clock_timestamp() end,
       stopped_at = case when not $2 then null when paused then coalesce(stopped_at, clock_timestamp()) else clock_timestamp() end
     where name = $1 and (paused, note) is distinct from ($2, $3)`,
    [task.name, paused, note, by, reason ?? null],
  );
}
