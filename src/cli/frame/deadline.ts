import type { Client } from '@temporalio/client';

/** No operator should wait longer to learn that nobody answers (DESIGN §4). */
export const deadline = 1_000;

/** Gives every call that `ask` makes to the server one second. */
export function within<T>(client: Client, ask: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + deadline, ask);
}

const grpc = { cancelled: 1, deadlineExceeded: 4 };

/** Is this the server's way to say that nothing answered in time? With a query: that no worker did. */
export function isTimeout(error: unknown): boolean {
  for (let at = error; typeof at === 'object' && at !== null; at = (at as Error).cause) {
    const { code, name } = at as { code?: unknown; name?: unknown };
    if (code === grpc.deadlineExceeded || code === grpc.cancelled) return true;
    if (name === 'WorkflowUpdateRPCTimeoutOrCancelledError') return true;
  }
  return false;
}

/** Does this say that the workflow or the schedule does not exist? */
export function isMissing(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return name === 'WorkflowNotFoundError' || name === 'ScheduleNotFoundError';
}
