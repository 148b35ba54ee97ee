import { DefaultLogger, Runtime, type LogLevel } from '@temporalio/worker';
import { pino, type Logger } from 'pino';

/** The worker's log: JSON lines on standard error; `REGIE_LOG_LEVEL` chooses how much (default `info`). */
export function createLogger(level = process.env['REGIE_LOG_LEVEL'] ?? 'info'): Logger {
  const destination = pino.destination({ fd: 2, sync: false });
  // A terminal that was closed takes nothing any more, which must not end who has servers to stop.
  destination.on('error', () => undefined);
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

const toPino: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'debug',
  WARN: 'warn',
  ERROR: 'error',
};

/** While a server is away each poller tells each of its attempts to reach it: one line in this time (ms) is enough. */
const RETRIES_TOLD = 30_000;

/** Sends what the Temporal SDK says to our log. To be called once, before any connection is made. */
export function installRuntime(logger: Logger): void {
  let told = -Infinity;
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const { error, ...rest } = meta ?? {};
      if (String(rest['target']).startsWith('temporalio_client::retry')) {
        if (performance.now() - told < RETRIES_TOLD) return;
        told = performance.now();
      }
      logger[toPino[level]]({ sdk: true, ...(error ? { err: error } : {}), ...rest }, message);
    }),
    // What its native part says goes the same way: by itself it would write on standard output, among our answers.
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
    // `regie` handles signals itself: servers must outlive the worker's drain.
    shutdownSignals: [],
  });
}
