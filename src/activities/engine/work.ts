import { activityInfo, CancelledFailure, cancellationSignal, heartbeat, sleep } from '@temporalio/activity';
import type { Pool, PoolClient } from 'pg';
import type { Task } from '../../task/config.ts';
import type { Kind, Report, WorkContext } from '../../task/kind.ts';
import type { RunResult, RunTicket } from '../../task/messages.ts';
import type { RunOptions } from '../../task/status.ts';
import { toLastRun, type RunRow } from '../../store/tasks.ts';
import { triggerOf } from '../../temporal/schedules/ticks.ts';
import { checkReport } from '../../task/answers.ts';
import { endTask } from './end-task.ts';
import { taskOf, type Engine } from './engine.ts';
import { shuttingDown, withFailures } from './with-failures.ts';
import { startFollowers } from './downstream.ts';
import { openPort } from './port.ts';
import { reportRun } from './report-run.ts';

/** An activity that does the work of a kind's tasks, once it is bound to a worker. */
export type TaskActivity = (engine: Engine) => (ticket: RunTicket) => Promise<RunResult>;

/**
 * The activity of a kind: the working part of a run. Its lock is a PostgreSQL session lock held by the very connection
 * that the work writes with: a process that lost the lock cannot commit either.
 */
export function activityOf<S>(kind: Kind<S>): TaskActivity {
  return (engine) => (ticket) =>
    withFailures(async () => {
      const task = taskOf(engine, ticket, kind.name);
      const row = await readRun(engine.pool, ticket.runId);
      // A worker that died between its commit and its answer: the run is done, only the news is missing.
      if (row.ended_at) return finish(engine, task, ticket, row, []);
      const db = await engine.pool.connect();
      // A connection that breaks between two queries tells it here; without a listener it would end the process.
      db.on('error', (error) =>
        engine.logger.warn({ err: error, task: task.name }, 'the connection of a run broke'),
      );
      try {
        if (!(await takeLock(db, task.name))) {
          await endRun(engine.pool, ticket.runId, 'busy', null);
          await restorePendingOptions(engine.pool, ticket);
          return { outcome: 'busy', note: 'another run of this task is in progress' };
        }
        const { report, lines } = await engine.inHand
          .during(task.name, () => doWork(engine, task, ticket, row.options, db))
          .catch((error: unknown) => {
            if (engine.shutdown.aborted) throw shuttingDown();
            throw cancellationSignal().aborted ? new CancelledFailure('cancelled by an operator') : error;
          });
        if (report.changed && !row.options.tmp) await startFollowers(engine, task.name);
        await endRun(engine.pool, ticket.runId, report.outcome, report);
        return await finish(engine, task, ticket, await readRun(engine.pool, ticket.runId), lines);
      } finally {
        // Closing the session frees its lock and forgets its settings, whatever the work left behind.
        db.release(true);
      }
    });
}

async function doWork(
  engine: Engine,
  task: Task,
  ticket: RunTicket,
  options: RunOptions,
  db: PoolClient,
): Promise<{ report: Report; lines: string[] }> {
  const port = await openPort(engine, ticket, {
    signal: AbortSignal.any([cancellationSignal(), engine.shutdown]),
    heartbeat,
  });
  const context: WorkContext<unknown> = {
    task: task.name,
    settings: task.settings,
    config: engine.config,
    db,
    run: ticket.id,
    runId: ticket.runId,
    options,
    ...triggerOf(ticket),
    signal: port.signal,
    progress: (progress) => port.progress(progress),
    trace: (text, data) => port.trace(text, data),
    get traced() {
      return port.traced;
    },
    // A rehearsal changes nothing that another task acts upon.
    changed: () => (options.tmp ? undefined : port.changed()),
    incident: (problem, state) => port.incident(problem, state),
    resolved: (...subjects) => port.resolved(...subjects),
    shouldStop: () => port.shouldStop(),
  };
  try {
    return { report: checkReport(task.kind.name, await task.kind.work(context)), lines: port.lines };
  } finally {
    await port.close();
  }
}

/** Ends the ledger row, frees the task from its back-off. A busy run leaves the task's row alone. */
async function endRun(pool: Pool, runId: string, outcome: string, report: Report | null): Promise<void> {
  await pool.query(
    `with ended as (
       update regie.run set ended_at = clock_timestamp(), outcome = $2, report = $3
       where run_id = $1 and ended_at is null returning task)
     update regie.task set failures = 0, not_before = null, blocked_by = $4
     from ended where name = ended.task and $2 <> 'busy'`,
    [runId, outcome, report, report?.outcome === 'waiting' ? (report.note ?? null) : null],
  );
}

/** What this run was asked for is done by the next one: a run with ALLOW_ALL must not swallow a request. */
async function restorePendingOptions(pool: Pool, { runId, task }: RunTicket): Promise<void> {
  await pool.query(
    `update regie.task set pending = r.options || coalesce(pending, '{}')
     from regie.run r where r.run_id = $1 and name = $2 and r.options <> '{}'`,
    [runId, task],
  );
}

async function finish(
  engine: Engine,
  task: Task,
  ticket: RunTicket,
  row: RunRow,
  lines: string[],
): Promise<RunResult> {
  const run = toLastRun(row);
  // A rehearsal ends nothing.
  if (row.report?.end && !row.options.tmp) await endTask(engine, task, row.report.end);
  if (run.outcome !== 'busy')
    await reportRun(engine, task.name, {
      run,
      failures: 0,
      ...(row.report?.waiting ? { waiting: row.report.waiting } : {}),
      ...(lines.length > 0 ? { lines } : {}),
    });
  return { outcome: run.outcome, counts: run.counts, ...(run.note ? { note: run.note } : {}) };
}

async function readRun(pool: Pool, runId: string): Promise<RunRow> {
  const { rows } = await pool.query<RunRow>('select * from regie.run where run_id = $1', [runId]);
  if (!rows[0]) throw new Error(`run ${runId} is not in the ledger (table regie.run)`);
  return rows[0];
}

/** How long a run that is tried again waits for the session of its dead predecessor to end. */
const LOCK_WITHIN_MS = 8_000;

/**
 * Takes the task's session lock. Schedules skip overlapping ticks, but `trigger` with ALLOW_ALL and
 * backfills escape that check. Returns false when another run has it.
 */
async function takeLock(db: PoolClient, task: string): Promise<boolean> {
  const until = Date.now() + (activityInfo().attempt > 1 ? LOCK_WITHIN_MS : 0);
  for (;;) {
    const { rows } = await db.query<{ taken: boolean }>(
      "select pg_try_advisory_lock(hashtextextended('regie:' || $1, 0)) as taken",
      [task],
    );
    if (rows[0]?.taken) return true;
    if (Date.now() >= until) return false;
    heartbeat('waiting for the lock of an earlier attempt');
    await sleep(500);
  }
}
