import { ApplicationFailure, CancelledFailure, CompleteAsyncError } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { messageOf, PermanentError } from '../../task/errors.ts';

/** Runs an activity's body and gives its errors to Temporal: permanent ones end the run, others are tried again. */
export async function withFailures<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (
      error instanceof ApplicationFailure ||
      error instanceof CancelledFailure ||
      error instanceof CompleteAsyncError
    )
      throw error;
    if (error instanceof PermanentError)
      throw ApplicationFailure.create({
        message: error.message,
        type: error.type,
        nonRetryable: true,
        cause: error,
      });
    throw ApplicationFailure.create({
      message: messageOf(error),
      type: error instanceof Error ? error.name : 'Error',
      ...(error instanceof Error ? { cause: error } : {}),
    });
  }
}

/** Ends an attempt because its worker shuts down; the next worker goes on where this one committed last. */
export function shuttingDown(): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'the worker shuts down; another one goes on',
    type: 'WorkerShutdown',
    // Expected: no warning in the log, no count in the metrics.
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: '1s',
  });
}
