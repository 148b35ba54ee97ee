import { DefaultLogger, Runtime, type LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';

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
