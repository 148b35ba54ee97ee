/**
 * Starts a task from outside, and waits for the answer.
 *
 *   npx tsx scripts/start.ts svcLoadJson "disk is clean again"
 *
 * An *update* is a signal that answers: with the task's new status, or with a refusal and its reason. It
 * needs a running worker; `scripts/stop.ts` shows the signal, which needs none.
 */
import {
  connect,
  controlId,
  scheduleId,
  start,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  writeNote,
} from 'regie/client';

const [task, reason] = process.argv.slice(2);
if (!task) throw new Error('usage: start.ts <task> [reason]');

const { client, close } = await connect();

try {
  const control = client.workflow.getHandle(controlId(task));
  const { state, nextRun } = await control.executeUpdate(start, { args: [{ reason, by: 'start.ts' }] });
  console.log(`${task} is ${state}; next run ${nextRun ?? 'unknown'}`);
} catch (error) {
  if (error instanceof WorkflowNotFoundError) {
    // Somebody has ended its control workflow: the schedule is what counts.
    await client.schedule.getHandle(scheduleId(task)).unpause(writeNote('started', 'start.ts', reason));
    console.log(`${task} is started, on its schedule: its control workflow does not run`);
  } else if (error instanceof WorkflowUpdateFailedError) {
    // The task was started already: nothing was changed, the words say by whom and since when.
    console.error(`refused: ${error.cause?.message}`);
    process.exitCode = 5;
  } else throw error;
} finally {
  await close();
}
