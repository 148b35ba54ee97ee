import { pino, type Logger } from 'pino';

export interface Log {
  logger: Logger;
  /** Writes a line, without its end, as it is: of another process that logs the same way. */
  pass(line: string): void;
}

/** Opens a log: JSON lines on standard error; `REGIE_LOG_LEVEL` chooses how much (default `info`). */
export function openLog(level = process.env['REGIE_LOG_LEVEL'] ?? 'info'): Log {
  const destination = pino.destination({ fd: 2, sync: false });
  // A terminal that was closed takes nothing any more, which must not end who has servers to stop.
  destination.on('error', () => undefined);
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return { logger, pass: (line) => void destination.write(`${line}\n`) };
}
