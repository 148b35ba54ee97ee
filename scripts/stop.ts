/**
 * Stops a task from outside. The run in progress ends at its next safe point.
 *
 *   npx tsx scripts/stop.ts svcLoadJson "cleaning the disk"
 *
 * A *signal* is left with the server and acted on by the worker: at once when there is one, else as soon as
 * there is. It has no answer, so the status is asked for afterwards, until it tells the new state.
 */
import { Client, Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';

const [task, reason] = process.argv.slice(2);
if (!task) throw new Error('usage: stop.ts <task> [reason]');

const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' });
const client = new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' });

const control = client.workflow.getHandle(`task/${task}`);
await control.signal('stop', { reason, by: 'stop.ts' });

for (;;) {
  const status = await control.query<{ state: string; since: string; by: string; running: boolean }>(
    'status',
  );
  if (status.state === 'stopped') {
    console.log(
      `${task} is stopped since ${status.since} by ${status.by}${status.running ? '; its run is ending' : ''}`,
    );
    break;
  }
  await sleep(200);
}
await connection.close();
