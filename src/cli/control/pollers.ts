import type { Client } from '@temporalio/client';
import { taskQueue } from '../../task/names.ts';
import { withRetries } from '../../reach/deadline.ts';

/** A worker as the server last heard of it. */
export interface Poller {
  identity: string;
  /** When it last asked for work, ISO UTC. A living worker asks at least every minute; the server forgets after five. */
  at: string;
}

/** `temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW`. */
const workflowTasks = 1;

/** The workers that asked the queue `regie` for workflow tasks during the last five minutes, latest first. */
export async function pollers(client: Client): Promise<Poller[]> {
  const { pollers: found } = await withRetries(client, () =>
    client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: workflowTasks,
    }),
  );
  return (found ?? [])
    .map(({ identity, lastAccessTime }) => ({
      identity: identity ?? '',
      at: new Date(Number(lastAccessTime?.seconds ?? 0) * 1000).toISOString(),
    }))
    .sort((a, b) => b.at.localeCompare(a.at));
}
