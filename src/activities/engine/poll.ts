import { withFailures } from './with-failures.ts';
import type { PollResult, RunTicket } from '../../task/messages.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { readTask, type TaskRow } from '../../store/tasks.ts';
import { scheduleId } from '../../task/names.ts';
import { triggerOf, isTick } from '../../temporal/schedules/ticks.ts';
import { checkPoll } from '../../task/answers.ts';
import { taskOf, type Engine } from './engine.ts';
import { reportRun } from './report-run.ts';

/**
 * The first act of every tick: finds out whether there is work and whether it may be done now. Idle ticks
 * end here, cost six events and tell the control workflow nothing.
 */
export function createPoll(engine: Engine) {
  return async function poll(ticket: RunTicket): Promise<PollResult> {
    return withFailures(async () => {
      const task = taskOf(engine, ticket, ticket.kind);
      const db = await engine.pool.connect();
      db.on('error', ignoreBreak);
      try {
        const row = await readTask(db, task.name, task.kind.name);
        const asked = row.pending !== null || !isTick(task, ticket);
        if (row.stopped_at && !row.pending?.once && (await wasAskedFor(engine, ticket)) <= row.stopped_at)
          return { outcome: 'stopped', note: `asked for before the task was stopped by ${row.by}` };
        if (row.not_before && row.not_before > new Date() && !asked)
          return {
            outcome: 'idle',
            note: `failed ${row.failures} times in a row; tries again at ${row.not_before.toISOString()}`,
          };
        const found = await task.kind.poll({
          task: task.name,
          settings: task.settings,
          config: engine.config,
          db,
          pending: row.pending,
          ...triggerOf(ticket),
        });
        const { work, blockedBy, waiting } = checkPoll(task.kind.name, found);
        const note = blockedBy ? { note: blockedBy } : {};
        if (work && !blockedBy) {
          await openRun(engine, ticket, db);
          return { outcome: 'work', ...(waiting ? { waiting } : {}) };
        }
        const outcome = blockedBy ? 'waiting' : 'idle';
        // Someone asked, or what the task waits for changed: then it is news. Else nothing is sent.
        if (asked || (blockedBy ?? null) !== row.blocked_by)
          await reportPoll(engine, ticket, row, { outcome, ...note, ...(waiting ? { waiting } : {}) });
        return { outcome, ...note };
      } finally {
        db.off('error', ignoreBreak);
        db.release();
      }
    });
  };
}

/** The query in progress fails too, and tells it. Without a listener a broken connection would end the process. */
const ignoreBreak = () => undefined;

/** Writes the run into the ledger with the options left for it; a repeated look finds it there. */
async function openRun(engine: Engine, ticket: RunTicket, db: PoolClient): Promise<void> {
  // One statement: options are neither lost nor used twice, whenever the worker dies.
  await db.query(
    `with taken as (
       update regie.task set pending = null
       from (select name, pending from regie.task where name = $3 for update) old
       where task.name = old.name and not exists (select from regie.run where run_id = $1)
       returning old.pending)
     insert into regie.run (run_id, id, task, kind, nominal, options)
     select $1, $2, $3, $4, $5, coalesce((select pending from taken), '{}')
     on conflict do nothing`,
    [ticket.runId, ticket.id, ticket.task, ticket.kind, ticket.nominal],
  );
}

async function reportPoll(engine: Engine, ticket: RunTicket, row: TaskRow, poll: PollResult): Promise<void> {
  await engine.pool.query('update regie.task set blocked_by = $2, pending = null where name = $1', [
    ticket.task,
    poll.outcome === 'waiting' ? poll.note : null,
  ]);
  const at = new Date().toISOString();
  await reportRun(engine, ticket.task, {
    run: {
      id: ticket.id,
      at,
      ms: 0,
      outcome: poll.outcome === 'waiting' ? 'waiting' : 'idle',
      counts: {},
      ...(poll.note ? { note: poll.note } : {}),
    },
    failures: row.failures,
    ...(poll.waiting ? { waiting: poll.waiting } : {}),
  });
}

/** How long the schedule may take to write down the run it has just started. */
const noteTime = 500;

/**
 * When this run was asked for. Nominal times are whole seconds; within the second of a stop only the
 * schedule's own record tells a trigger that waited in its buffer from one that came after the stop.
 */
async function wasAskedFor({ client }: Engine, { task, runId, nominal }: RunTicket): Promise<Date> {
  for (const until = Date.now() + noteTime; ; await sleep(50)) {
    const { info } = await client.schedule.getHandle(scheduleId(task)).describe();
    const own = info.recentActions.find(({ action }) => action.workflow.firstExecutionRunId === runId);
    // A backfill's record has the moment of the backfill's tick, as its nominal time.
    if (own) return own.scheduledAt;
    if (Date.now() > until) return new Date(nominal);
  }
}
