import { shutdownSignal } from '../command/shutdown-signal.ts';
import { CliError, exit } from '../command/exit.ts';
import type { Session } from '../command/session.ts';
import { databaseUrl, whyNoDatabase } from '../reach/database.ts';
import { openClient, refuseStranger } from '../reach/open-client.ts';
import type { Config } from '../task/config.ts';
import { ignoringAbort } from '../task/in-time.ts';
import { openLog } from './logger.ts';

/**
 * Runs a worker that nobody keeps, in this process, until a signal: on the servers of the installation's `regie up`, or on those that are
 * configured. Says who it is when it polls. Throws when the servers cannot be reached (exit code 3), or are another installation's (5).
 */
export async function runByItself(
  config: Config,
  session: Pick<Session, 'exitCode' | 'out' | 'onClose'>,
): Promise<void> {
  const url = await databaseUrl(config.root);
  if (url === undefined) {
    throw new CliError(exit.noServer, `No database: ${await whyNoDatabase(config.root)}.`);
  }
  // Says in words what the worker's own connection would not; it waits, since a machine that boots is busy.
  const open = await openClient(config, 10);
  await open.close();
  // It would do another installation's work, in this one's folders.
  refuseStranger(open);
  const [{ runWorker }, { installRuntime }] = await Promise.all([
    import('./run-worker.ts'),
    import('./runtime.ts'),
  ]);
  const { logger } = openLog();
  installRuntime(logger);
  const { signal, hurry } = shutdownSignal(session);
  signal.addEventListener('abort', () => logger.info('stopping'));
  hurry.addEventListener('abort', () => logger.info('stopping at once'));
  const work = runWorker({
    config,
    databaseUrl: url,
    alone: false,
    logger,
    signal,
    hurry,
    onReady: () => session.out.event({ ready: true, pid: process.pid }, () => `Worker ${process.pid} polls.`),
  });
  // It may end before it polls.
  await ignoringAbort(signal, work);
}
