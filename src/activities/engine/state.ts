import type { Pool } from 'pg';
import type { TaskState } from '../../task/messages.ts';
import { readRuns, readTask, toLastRun } from '../../store/tasks.ts';
import type { Config, Task } from '../../task/config.ts';
import { controlId } from '../../task/names.ts';
import { readNote } from '../../temporal/note.ts';
import { nextTick } from '../../temporal/schedules/ticks.ts';
import type { ScheduleState } from '../../temporal/schedules/read-schedule.ts';

/** Puts together the truth (the schedule) and what the task's row and the ledger add to it. */
export async function readState(
  { pool, config }: { pool: Pool; config: Config },
  task: Task,
  { paused, note }: ScheduleState,
): Promise<TaskState> {
  const row = await readTask(pool, task.name, task.kind.name);
  const { last, open } = await readRuns(pool, task.name);
  const next = paused
    ? undefined
    : await nextTick(config, task, Math.max(Date.now(), row.not_before?.getTime() ?? 0));
  return {
    paused,
    held: paused && (readNote(note).held ?? false),
    since: row.since.toISOString(),
    by: row.by,
    ...(row.reason === null ? {} : { reason: row.reason }),
    trace: row.trace,
    failures: row.failures,
    ...(next ? { nextRun: next.toISOString() } : {}),
    ...(last ? { lastRun: toLastRun(last) } : {}),
    ...(row.attention ? { attention: row.attention } : {}),
    ...(last?.report?.waiting ? { waiting: last.report.waiting } : {}),
    ...(open ? { running: { id: open.id, at: open.started_at.toISOString() } } : {}),
  };
}

/**
 * Writes into the task's row what its schedule says, when it says something new: from then on runs that
 * were asked for before a stop do nothing. Times are PostgreSQL's, but for a change that was made while no
 * worker was there to write it down: its note says when. What was asked of the next run ends with a stop. Gives whether something was new.
 */
export async function recordSchedule(
  pool: Pool,
  task: Task,
  { paused, note }: ScheduleState,
): Promise<boolean> {
  const { by, reason, at } = readNote(note);
  await readTask(pool, task.name, task.kind.name);
  const { rowCount } = await pool.query(
    `update regie.task set paused = $2, note = $3, by = $4, reason = $5,
       since = case when paused = $2 and ($6::timestamptz is null or $6 <= since) then since else coalesce($6, clock_timestamp()) end,
       pending = case when $2 and not paused then null else pending end,
       stopped_at = case when not $2 then null when paused then coalesce(stopped_at, clock_timestamp()) else clock_timestamp() end
     where name = $1 and (paused, note) is distinct from ($2, $3)`,
    [task.name, paused, note, by, reason ?? null, at ?? null],
  );
  return rowCount === 1;
}

/** Writes a line into the task's log, beside its runs: who did what to it. */
export async function writeLog(pool: Pool, task: string, text: string): Promise<void> {
  await pool.query('insert into regie.trace_line (task, run, text) values ($1, $2, $3)', [
    task,
    controlId(task),
    text,
  ]);
}
