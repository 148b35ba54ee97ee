import { ActivityCancellationType, continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { EngineActivities } from '../task/engine-activities.ts';

const { watchSchedules } = proxyActivities<EngineActivities>({
  // Ends by itself once a day, so that its history says something; nothing hangs on the number.
  startToCloseTimeout: '25h',
  // Another worker takes over within this time when the holder dies.
  heartbeatTimeout: '20s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '15s' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

/**
 * Keeps status true when somebody pauses a schedule with `temporal` or in the Web UI: one activity on one
 * worker looks at all schedules and signals a control workflow only when something changed, so that
 * watching costs no events.
 */
export async function watch(): Promise<void> {
  await watchSchedules();
  await continueAsNew<typeof watch>();
}
