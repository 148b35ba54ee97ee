/**
 * Asks for one run now, whatever the task's period, and waits until it has ended.
 *
 *   npx tsx scripts/run.ts svcLoadJson
 *   npx tsx scripts/run.ts svcLoadJson --tmp      a rehearsal: twin tables, files stay where they are
 *   npx tsx scripts/run.ts svcLoadJson --once     also when the task is stopped
 *
 * The run is a workflow of its own, started by the task's schedule; the schedule lists it among its last actions.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, controlId, run, scheduleId, WorkflowNotFoundError } from 'regie/client';

const [task, ...flags] = process.argv.slice(2);
if (!task) throw new Error('usage: run.ts <task> [--tmp] [--once] [--force]');
const options = Object.fromEntries(flags.map((flag) => [flag.replace(/^--/, ''), true]));

const { client, close } = await connect();

/** The runs that the schedule has started, the last ten. */
async function started() {
  const { info } = await client.schedule.getHandle(scheduleId(task!)).describe();
  return info.recentActions.map(({ action }) => action.workflow);
}

const before = new Set((await started()).map((each) => each.firstExecutionRunId));
// While a run is in progress, one more follows it however often it is asked for: never two at once.
try {
  const control = client.workflow.getHandle(controlId(task));
  await control.executeUpdate(run, { args: [{ ...options, by: 'run.ts' }] });
} catch (error) {
  // Triggering the schedule would run it too, but not as a rehearsal, and though it is stopped.
  if (error instanceof WorkflowNotFoundError)
    throw new Error(`the control workflow of ${task} does not run; \`regie apply\` starts it`, {
      cause: error,
    });
  throw error;
}

let begun;
while (!(begun = (await started()).find((one) => !before.has(one.firstExecutionRunId)))) await sleep(200);
console.log(begun.workflowId, 'began');
console.log(await client.workflow.getHandle(begun.workflowId, begun.firstExecutionRunId).result());
await close();
