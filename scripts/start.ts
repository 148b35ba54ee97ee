/**
 * Starts a task from outside, and waits for the answer.
 *
 *   npx tsx scripts/start.ts svcLoadJson "disk is clean again"
 *
 * An *update* is a signal that answers: with the task's new status, or with a refusal and its reason. It
 * needs a running worker; `scripts/stop.ts` shows the signal, which needs none.
 */
import { Client, Connection, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';

const [task, reason] = process.argv.slice(2);
if (!task) throw new Error('usage: start.ts <task> [reason]');

const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' });
const client = new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' });

try {
  const status = await client.workflow
    .getHandle(`task/${task}`)
    .executeUpdate<{ state: string; nextRun?: string }, [object]>('start', {
      args: [{ reason, by: 'start.ts' }],
    });
  console.log(`${task} is ${status.state}; next run ${status.nextRun ?? 'unknown'}`);
} catch (error) {
  if (error instanceof WorkflowNotFoundError) {
    // Somebody has ended its control workflow: the schedule is what counts.
    await client.schedule.getHandle(task).unpause(`regie: started by start.ts${reason ? `: ${reason}` : ''}`);
    console.log(`${task} is started, on its schedule: its control workflow does not run`);
  } else if (error instanceof WorkflowUpdateFailedError) {
    // The task was started already: nothing was changed, the words say by whom and since when.
    console.error(`refused: ${error.cause?.message}`);
    process.exitCode = 5;
  } else throw error;
} finally {
  await connection.close();
}
