/**
 * Asks one task, or all of them, how it is.
 *
 *   npx tsx scripts/status.ts                     all tasks, one line each
 *   npx tsx scripts/status.ts svcLoadJson         everything about one, as JSON
 *
 * A *query* changes nothing and leaves no trace in the history. All tasks are found by their schedules, so this script
 * needs no configuration. Where the control workflow does not run (somebody has ended it), the schedule still tells
 * whether the task is started.
 */
import { Client, Connection, QueryRejectedError, WorkflowNotFoundError } from '@temporalio/client';

interface Status {
  task: string;
  state: 'started' | 'stopped';
  since: string;
  by: string;
  running: boolean;
  progress?: string;
  lastRun?: { at: string; outcome: string; counts: Record<string, number>; error?: string };
}

const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' });
const client = new Client({
  connection,
  namespace: process.env.TEMPORAL_NAMESPACE ?? 'default',
  // A worker would answer for a closed workflow out of its history: what it knew once is no status.
  workflow: { queryRejectCondition: 'NOT_OPEN' },
});

/** Undefined where the control workflow does not run. */
async function ask(name: string): Promise<Status | undefined> {
  try {
    return await client.workflow.getHandle(`task/${name}`).query<Status>('status');
  } catch (error) {
    if (error instanceof QueryRejectedError || error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

const [task] = process.argv.slice(2);
if (task) {
  const status = await ask(task);
  if (!status) {
    console.error(`the control workflow of ${task} does not run; \`regie apply\` starts it`);
    process.exitCode = 1;
  } else console.log(JSON.stringify(status, null, 2));
} else {
  for await (const { scheduleId, memo, state } of client.schedule.list()) {
    if (memo?.['regieInstallation'] === undefined) continue;
    const status = await ask(scheduleId);
    if (!status) {
      console.log(
        `${scheduleId}: ${state.paused ? 'stopped' : 'started'}, its control workflow does not run`,
      );
      continue;
    }
    const now = status.running ? (status.progress ?? 'running') : 'at rest';
    const last = status.lastRun ? `last run ${status.lastRun.outcome} at ${status.lastRun.at}` : 'never ran';
    console.log(`${status.task}: ${status.state} by ${status.by}, ${now}, ${last}`);
  }
}
await connection.close();
