/**
 * Asks one task, or all of them, how it is.
 *
 *   npx tsx scripts/status.ts                     all tasks, one line each
 *   npx tsx scripts/status.ts svcLoadJson         everything about one, as JSON
 *
 * A *query* changes nothing and leaves no trace in the history. All tasks are found by the type of their
 * control workflow, so this script needs no configuration.
 */
import { Client, Connection } from '@temporalio/client';

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
const client = new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' });

const [task] = process.argv.slice(2);
if (task) {
  console.log(
    JSON.stringify(await client.workflow.getHandle(`task/${task}`).query<Status>('status'), null, 2),
  );
} else {
  const controls = client.workflow.list({ query: `WorkflowType = 'task' AND ExecutionStatus = 'Running'` });
  for await (const { workflowId } of controls) {
    const status = await client.workflow.getHandle(workflowId).query<Status>('status');
    const now = status.running ? (status.progress ?? 'running') : 'at rest';
    const last = status.lastRun ? `last run ${status.lastRun.outcome} at ${status.lastRun.at}` : 'never ran';
    console.log(`${status.task}: ${status.state} by ${status.by}, ${now}, ${last}`);
  }
}
await connection.close();
