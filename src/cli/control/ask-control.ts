import type { Client } from '@temporalio/client';
import type { Task } from '../../task/config.ts';
import type { Status } from '../../task/status.ts';
import { signalControl } from '../../temporal/control-workflows.ts';
import { controlId, queries, signals } from '../../task/names.ts';
import { isMissing, isUnanswered, within } from '../../reach/deadline.ts';

/** What has become of a control workflow that does not run, as a phrase: `its control workflow was terminated`. */
export type Gone = (typeof gone)[keyof typeof gone] | 'does not run';

/** By `temporal.api.enums.v1.WorkflowExecutionStatus`. */
const gone = {
  2: 'has ended',
  3: 'has failed',
  4: 'was cancelled',
  5: 'was terminated',
  7: 'ran out of time',
} as const;
const continuedAsNew = 6;

/** What the control workflow of a task says. */
export interface Said<T> {
  answer?: T;
  /** It does not run; without this, and without an answer, no worker is there to answer for it. */
  gone?: Gone;
}

/**
 * Asks the control workflow of a task. One that is closed gives no answer, though a worker could read one out of its
 * history: what it knew then is not how the task is now.
 */
export async function queryControl<T>(client: Client, task: Task, query: string): Promise<Said<T>> {
  for (let tries = 0; ; tries += 1) {
    try {
      return {
        answer: await within(client, () => client.workflow.getHandle(controlId(task.name)).query<T>(query)),
      };
    } catch (error) {
      if (isUnanswered(error)) return {};
      if (isMissing(error)) return { gone: 'does not run' };
      const status = closedAs(error);
      if (status === undefined) throw error;
      // The question met it between two runs.
      if (status === continuedAsNew && tries < 3) continue;
      return { gone: gone[status as keyof typeof gone] ?? 'does not run' };
    }
  }
}

export const askStatus = (client: Client, task: Task) => queryControl<Status>(client, task, queries.status);

/** How the workflow ended that a query was refused for; undefined for any other error. */
function closedAs(error: unknown): number | undefined {
  // Only a client that asks for it is refused: see src/temporal/connect.ts.
  const { name, status } = error as { name?: unknown; status?: unknown };
  return name === 'QueryRejectedError' ? Number(status) : undefined;
}

/** A control workflow that has just been started reads its schedule before it answers: so often, it is asked anew. */
const TRIES = 3;

/**
 * Starts the control workflow of a task again. The task's schedule must exist: a task that left the configuration has
 * neither. Gives what it says; undefined when no worker is there to run it.
 */
export async function bringBack(client: Client, task: Task): Promise<Status | undefined> {
  await within(client, () => signalControl(client, task, signals.refresh));
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { answer } = await askStatus(client, task);
    if (answer) return answer;
  }
  return undefined;
}
