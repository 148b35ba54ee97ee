import type { Connection } from '@temporalio/client';

/** What grpc-js throws from a timer when a call that is tried again finds its channel shut. */
const SHUT = 'Channel has been shut down';

let watching = false;

/**
 * Shuts a connection. A call that is still being tried again, because its server is away, cannot be taken back: it
 * throws where nobody can catch it, and must not end a process that is about to stop in order.
 */
export async function shut(connection: Connection): Promise<void> {
  if (!watching) {
    watching = true;
    process.on('uncaughtException', (error: unknown) => {
      // Where others listen too it is theirs.
      if (!isOfShut(error) && process.listenerCount('uncaughtException') === 1) throw error;
    });
  }
  await connection.close();
}

/** Is this what a call throws, into the void, whose connection was shut? */
export function isOfShut(error: unknown): boolean {
  return error instanceof Error && error.message === SHUT;
}
