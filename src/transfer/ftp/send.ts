import type { FTPContext, ResponseHandler } from 'basic-ftp';

/** Sends commands in one packet; every answer goes to `handler` until it settles. */
export function sendAll(
  ftp: FTPContext,
  commands: readonly string[],
  handler: ResponseHandler,
): Promise<unknown> {
  const [first, ...others] = commands;
  ftp.socket.cork();
  const done = handle(ftp, first, handler);
  try {
    if (!ftp.closed) for (const command of others) ftp.send(command);
  } catch (error) {
    // A command that cannot be sent leaves the number of answers unknown.
    ftp.closeWithError(error as Error);
  }
  ftp.socket.uncork();
  return done;
}

/**
 * The library keeps a stack trace of each command for a message of its own: a tenth of the time that small files
 * take, and nobody reads it.
 */
function handle(ftp: FTPContext, command: string | undefined, handler: ResponseHandler): Promise<unknown> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return ftp.handle(command, handler);
  } finally {
    Error.stackTraceLimit = limit;
  }
}
