import type { Client } from '@temporalio/client';

/** No operator should wait longer to learn that nobody answers (DESIGN §4). */
export const deadline = 1_000;

/** Gives every call that `ask` makes to the server one second. */
export function within<T>(client: Client, ask: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + deadline, ask);
}

/**
 * As `within`, for what only reads a server that has answered before: tried once more when a second was not enough,
 * because a busy server is not one that does not answer.
 */
export async function patiently<T>(client: Client, ask: () => Promise<T>): Promise<T> {
  try {
    return await within(client, ask);
  } catch (error) {
    if (!isTimeout(error)) throw error;
    return within(client, ask);
  }
}

const grpc = { cancelled: 1, deadlineExceeded: 4, failedPrecondition: 9 };

/** Is this the end of a deadline? */
export function isTimeout(error: unknown): boolean {
  return causes(error).some(
    ({ code, name }) =>
      code === grpc.deadlineExceeded ||
      code === grpc.cancelled ||
      name === 'WorkflowUpdateRPCTimeoutOrCancelledError',
  );
}

/** Does this say that no worker answered a query, in time or at all? */
export function isUnanswered(error: unknown): boolean {
  // The server says the latter when no worker has polled for some minutes; it has no error type for it.
  const noPoller = causes(error).some(
    ({ code, details }) => code === grpc.failedPrecondition && /no poller/.test(String(details)),
  );
  return noPoller || isTimeout(error);
}

interface Cause {
  name?: unknown;
  code?: unknown;
  details?: unknown;
}

function causes(error: unknown): Cause[] {
  const found: Cause[] = [];
  for (let at = error; typeof at === 'object' && at !== null; at = (at as Error).cause) found.push(at);
  return found;
}

/** Does this say that the workflow or the schedule does not exist? */
export function isMissing(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return name === 'WorkflowNotFoundError' || name === 'ScheduleNotFoundError';
}
