import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledFailure, cancellationSignal, heartbeat } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { RunRow } from '../../store/tasks.ts';
import { signalControl } from '../../temporal/control-workflows.ts';
import { ownerMemo, signals } from '../../task/names.ts';
import { stateOf } from '../../temporal/schedules/read-schedule.ts';
import { pruneIncidents } from '../../incidents/write-incidents.ts';
import { compareAttention } from './read-attention.ts';
import { createConclude } from './conclude.ts';
import type { Engine } from './engine.ts';
import { shuttingDown, withFailures } from './with-failures.ts';

/** Status must tell the truth within a minute; 15 s leaves room for a holder that dies. */
const lookEvery = 15_000;
/** Old ledger rows and trace lines go this often. */
const pruneEvery = 3_600_000;
/** A run is looked up when it is in progress for this long, milliseconds: most end before. */
const suspectAfter = 30_000;
/** The workflow begins anew after this: see `watch`. */
const shift = 24 * 3_600_000;

/**
 * Looks at all schedules, and at what operators have to look at, until its shift is over; signals a control workflow
 * only when something changed.
 */
export function createWatch(engine: Engine) {
  return async function watchSchedules(): Promise<void> {
    return withFailures(async () => {
      const until = Date.now() + shift;
      let pruned = 0;
      const cancelled = cancellationSignal();
      const signal = AbortSignal.any([cancelled, engine.shutdown]);
      while (Date.now() < until) {
        heartbeat();
        await compareSchedules(engine);
        await compareAttention(engine);
        await endLostRuns(engine);
        if (Date.now() - pruned > pruneEvery) {
          await prune(engine);
          pruned = Date.now();
        }
        // Beats while it waits: another worker takes over soon after this one dies.
        for (let waited = 0; waited < lookEvery; waited += 5_000) {
          heartbeat();
          await sleep(5_000, undefined, { signal }).catch(() => undefined);
          if (engine.shutdown.aborted) throw shuttingDown();
          if (cancelled.aborted) throw new CancelledFailure('the watch was cancelled');
        }
      }
    });
  };
}

/** Compares the schedules with what the control workflows wrote down last. */
async function compareSchedules(engine: Engine): Promise<void> {
  const { rows } = await engine.pool.query<{ name: string; paused: boolean; note: string }>(
    'select name, paused, note from regie.task',
  );
  const known = new Map(rows.map((row) => [row.name, row]));
  for await (const schedule of engine.client.schedule.list({ pageSize: 1_000 })) {
    const { scheduleId, memo } = schedule;
    const { paused, note } = stateOf(schedule);
    if (memo?.[ownerMemo] !== engine.config.installation) continue;
    const row = known.get(scheduleId);
    if (row && row.paused === paused && row.note === note) continue;
    const task = engine.config.tasks.find((t) => t.name === scheduleId);
    // None: a schedule of a newer configuration, whose own worker looks after it. With start: a control
    // workflow that somebody terminated comes back.
    if (task) await signalControl(engine.client, task, signals.refresh);
  }
}

/** Ends in the ledger the runs that somebody terminated: nobody else would. */
async function endLostRuns(engine: Engine): Promise<void> {
  const { rows } = await engine.pool.query<RunRow & { task: string }>(
    "select * from regie.run where ended_at is null and started_at < now() - $1 * interval '1 millisecond'",
    [suspectAfter],
  );
  for (const row of rows) {
    const state = await workflowState(engine, row);
    if (state === 'RUNNING') continue;
    await createConclude(engine)(
      { task: row.task, id: row.id, runId: row.run_id, kind: row.kind, nominal: row.nominal.toISOString() },
      {
        outcome: state === 'CANCELLED' ? 'cancelled' : 'failed',
        error: `the run's workflow is ${state.toLowerCase()}`,
      },
    );
  }
}

async function workflowState({ client }: Engine, { id, run_id }: RunRow): Promise<string> {
  try {
    return (await client.workflow.getHandle(id, run_id).describe()).status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'GONE';
    throw error;
  }
}

/** Removes ledger rows and trace lines older than the configuration keeps them. */
async function prune({ pool, config }: Engine): Promise<void> {
  const age = [config.keepRuns];
  await pool.query("delete from regie.run where ended_at < now() - $1 * interval '1 millisecond'", age);
  await pruneIncidents(pool, config.keepRuns);
  await pool.query("delete from regie.trace_line where at < now() - $1 * interval '1 millisecond'", age);
}
