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
      if (!(error instanceof Error) || error.message !== SHUT) throw error;
    });
  }
  await connection.close();
}
