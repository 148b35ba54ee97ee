import type { Failure, RunTicket } from '../../task/messages.ts';
import type { LastRun } from '../../task/status.ts';
import { toLastRun, type RunRow } from '../../store/tasks.ts';
import type { Engine } from './engine.ts';
import { reportRun } from './report-run.ts';

/**
 * A failed task's ticks stay idle for its period, doubled with each failure in a row, at most this; milliseconds. The
 * ticks of a calendar are its retries: they are not left out.
 */
const longestBackoff = 3_600_000;
/** The period that counts where this worker does not know the task. */
const unknownPeriod = 60_000;

/** Writes down a run that failed or was cancelled, and tells the control workflow even when PostgreSQL is away. */
export function createConclude(engine: Engine) {
  return async function conclude(ticket: RunTicket, { outcome, error }: Failure): Promise<void> {
    const now = new Date().toISOString();
    let run: LastRun = { id: ticket.id, at: now, ms: 0, outcome, counts: {}, error };
    let failures = 1;
    let notBefore: Date | null = null;
    try {
      ({ run, failures, notBefore } = await writeDown(engine, ticket, { outcome, error }));
    } catch (reason) {
      engine.logger.error(
        { err: reason, task: ticket.task, run: ticket.id },
        'the run ledger could not be written',
      );
    }
    await reportRun(engine, ticket.task, { run, failures }, notBefore);
  };
}

/** The run's row, and how often its task has failed since it last did not. */
type Written = RunRow & { failures: number; not_before: Date | null };

async function writeDown(engine: Engine, ticket: RunTicket, { outcome, error }: Failure) {
  const every = ticket.calendar
    ? 0
    : (engine.config.tasks.find((t) => t.name === ticket.task)?.every ?? unknownPeriod);
  // One statement, which does nothing the second time: this activity may be repeated. A cancelled run is
  // no failure: somebody wanted it.
  const { rows } = await engine.pool.query<Written>(
    `with ended as (
       insert into regie.run as r (run_id, id, task, kind, nominal, ended_at, outcome, error)
       values ($1, $2, $3, $4, $5, clock_timestamp(), $6, $7)
       on conflict (run_id) do update set ended_at = excluded.ended_at, outcome = excluded.outcome,
         error = excluded.error where r.ended_at is null
       returning *)
     , counted as (
       update regie.task set
         failures = case $6 when 'failed' then failures + 1 else failures end,
         not_before = case $6 when 'failed'
           then now() + least($8::float8, $9::float8 * 2 ^ failures) * interval '1 millisecond' else not_before end
       from ended where name = ended.task returning failures, not_before)
     select ended.*, coalesce(counted.failures, 0) as failures, counted.not_before from ended left join counted on true`,
    [
      ticket.runId,
      ticket.id,
      ticket.task,
      ticket.kind,
      ticket.nominal,
      outcome,
      error,
      longestBackoff,
      every,
    ],
  );
  const row = rows[0] ?? (await alreadyEnded(engine, ticket));
  return { run: toLastRun(row), failures: row.failures, notBefore: row.not_before };
}

async function alreadyEnded(engine: Engine, ticket: RunTicket): Promise<Written> {
  const { rows } = await engine.pool.query<Written>(
    'select r.*, coalesce(t.failures, 0) as failures, t.not_before from regie.run r left join regie.task t on t.name = r.task where run_id = $1',
    [ticket.runId],
  );
  if (!rows[0]) throw new Error(`run ${ticket.runId} could not be written to regie.run`);
  return rows[0];
}
