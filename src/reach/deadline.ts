import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

/** No operator should wait longer to learn that nobody answers. */
export const deadline = 1_000;

/** Gives every call that `ask` makes to the server one second. */
export function within<T>(client: Client, ask: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + deadline, ask);
}

/**
 * As `within`, for what only reads a server that has answered before: tried again when a second was not enough,
 * because a busy server is not one that does not answer; nor is one that has just started, whose own workers are
 * not there yet. `tries`: how often, for whoever has more time than an operator.
 */
export async function withRetries<T>(client: Client, ask: () => Promise<T>, tries = 2): Promise<T> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await within(client, ask);
    } catch (error) {
      if (left <= 0 || !isUnanswered(error)) throw error;
      if (!isTimeout(error)) await setTimeout(deadline / 2);
    }
  }
}

/** gRPC's status codes. */
export const grpc = { cancelled: 1, deadlineExceeded: 4, failedPrecondition: 9, unavailable: 14 };

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
  // The server has no error types for it: no worker has polled for some minutes; or those that do fail at it.
  return isRefusedAs(error, /no poller|workflow task in failed state/i) || isTimeout(error);
}

/** Does this say that nobody takes what the server has to hand out? Of a schedule: the server's own workers. */
export const isWithoutPoller = (error: unknown) => isRefusedAs(error, /no poller/);

function isRefusedAs(error: unknown, words: RegExp): boolean {
  return causes(error).some(
    ({ code, details }) => code === grpc.failedPrecondition && words.test(String(details)),
  );
}

interface Cause {
  name?: unknown;
  code?: unknown;
  details?: unknown;
}

/** An error, and what caused it. */
export function causes(error: unknown): Cause[] {
  const found: Cause[] = [];
  for (
    let at = error;
    typeof at === 'object' && at !== null && !found.includes(at);
    at = (at as Error).cause
  ) {
    found.push(at);
  }
  return found;
}

/** Does this say that the workflow or the schedule does not exist? */
export function isMissing(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return name === 'WorkflowNotFoundError' || name === 'ScheduleNotFoundError';
}
