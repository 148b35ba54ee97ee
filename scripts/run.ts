/**
 * Asks for one run now, whatever the task's period, and waits until it has ended.
 *
 *   npx tsx scripts/run.ts svcLoadJson
 *   npx tsx scripts/run.ts svcLoadJson --tmp      a rehearsal: twin tables, files stay where they are
 *   npx tsx scripts/run.ts svcLoadJson --once     also when the task is stopped
 *
 * The run is a workflow of its own, started by the task's schedule; the schedule lists it among its last actions.
 */
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';

const [task, ...flags] = process.argv.slice(2);
if (!task) throw new Error('usage: run.ts <task> [--tmp] [--once] [--force]');
const options = Object.fromEntries(flags.map((flag) => [flag.replace(/^--/, ''), true]));

const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' });
const client = new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' });

/** The runs that the schedule has started, the last ten. */
async function started() {
  const { info } = await client.schedule.getHandle(task!).describe();
  return info.recentActions.map(({ action }) => action.workflow);
}

const before = new Set((await started()).map((run) => run.firstExecutionRunId));
// While a run is in progress, one more follows it however often it is asked for: never two at once.
try {
  await client.workflow
    .getHandle(`task/${task}`)
    .executeUpdate('run', { args: [{ ...options, by: 'run.ts' }] });
} catch (error) {
  // Triggering the schedule would run it too, but not as a rehearsal, and though it is stopped.
  if (error instanceof WorkflowNotFoundError)
    throw new Error(`the control workflow of ${task} does not run; \`regie apply\` starts it`, {
      cause: error,
    });
  throw error;
}

let run;
while (!(run = (await started()).find((one) => !before.has(one.firstExecutionRunId)))) await sleep(200);
console.log(run.workflowId, 'began');
console.log(await client.workflow.getHandle(run.workflowId, run.firstExecutionRunId).result());
await connection.close();
