import {
  ActivityCancellationType,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  rootCause,
  workflowInfo,
} from '@temporalio/workflow';
import type { Calendar } from '../task/calendar.ts';
import type { RunResult, RunTicket } from '../task/messages.ts';
import { calendarMemo } from '../task/names.ts';
import type { EngineActivities, TaskActivities } from '../task/engine-activities.ts';

/** A local activity costs one event where a normal one costs five: an idle tick ends with six events. */
const { poll } = proxyLocalActivities<EngineActivities>({
  startToCloseTimeout: '10s',
  // Transient errors may last two minutes; after that the run fails and a later tick tries again.
  scheduleToCloseTimeout: '2m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '20s' },
});

const work = proxyActivities<TaskActivities>({
  // A run may load a year of files; what ends a dead one is the heartbeat, not this bound.
  startToCloseTimeout: '24h',
  // A worker killed with -9 is noticed within this time and the run goes on elsewhere.
  heartbeatTimeout: '10s',
  // 1+2+4+8+16+30+30 seconds: transient errors are tried again for a minute and a half.
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 8 },
  // `stop --now` lets the activity roll back before the run ends.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

const { conclude } = proxyLocalActivities<EngineActivities>({
  startToCloseTimeout: '10s',
  // The run is over anyway: give up after two minutes and let the watch notice it.
  scheduleToCloseTimeout: '2m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '20s' },
});

/**
 * One run of a task, of whatever kind: the workflow's type is the kind's name, so that the Web UI reads
 * by itself. It is the bundle's default workflow; a new kind needs no line here.
 */
export default async function run(task: string): Promise<RunResult> {
  const info = workflowInfo();
  const calendar = info.memo?.[calendarMemo] as Calendar | undefined;
  const ticket: RunTicket = {
    task,
    id: info.workflowId,
    runId: info.runId,
    kind: info.workflowType,
    nominal: nominalTime(
      info.searchAttributes['TemporalScheduledStartTime']?.[0],
      info.startTime,
    ).toISOString(),
    started: info.startTime.toISOString(),
    ...(calendar ? { calendar } : {}),
  };
  try {
    const { outcome, ...rest } = await poll(ticket);
    if (outcome !== 'work') return { outcome, ...rest };
    return await work[info.workflowType]!.executeWithOptions({ summary: task }, [ticket]);
  } catch (error) {
    const outcome = isCancellation(error) ? 'cancelled' : 'failed';
    await CancellationScope.nonCancellable(() => conclude(ticket, { outcome, error: reason(error) })).catch(
      () => {
        // Neither the ledger nor the control workflow could be reached; the run's own failure says why.
      },
    );
    throw error;
  }
}

/** The schedule's nominal time, or for a workflow started by hand its start. */
function nominalTime(scheduled: unknown, started: Date): Date {
  return scheduled instanceof Date ? scheduled : started;
}

function reason(error: unknown): string {
  const cause = rootCause(error) ?? String(error);
  const failure = error instanceof Error ? error.cause : undefined;
  return failure instanceof ApplicationFailure && failure.type && failure.type !== 'Error'
    ? `${failure.type}: ${failure.message}`
    : cause;
}
