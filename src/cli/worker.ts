import type { Command } from 'commander';
import { CliError, exit } from '../command/exit.ts';
import type { CliSession } from './frame/session.ts';

export function register(program: Command, session: CliSession): void {
  program
    .command('worker')
    .description('run one more worker, on the servers of `regie up` or those configured; Ctrl-C drains it')
    .action(async () => {
      const config = await session.config();
      const [{ databaseUrl, whyNoDatabase }, { openClient, refuseStranger }] = await Promise.all([
        import('../reach/database.ts'),
        import('../reach/open-client.ts'),
      ]);
      const url = await databaseUrl(config.root);
      if (url === undefined) {
        throw new CliError(exit.noServer, `No database: ${await whyNoDatabase(config.root)}.`);
      }
      // Says in words what the worker's own connection would not; patient, since a machine that boots is busy.
      const open = await openClient(config, 10);
      await open.close();
      // It would do another installation's work, in this one's folders.
      refuseStranger(open);
      const [{ runWorker }, { createLogger, installRuntime }, { ending }] = await Promise.all([
        import('../worker/worker.ts'),
        import('../worker/logger.ts'),
        import('../command/ending.ts'),
      ]);
      const logger = createLogger();
      installRuntime(logger);
      const { signal, hurry } = ending(session);
      signal.addEventListener('abort', () => logger.info('stopping'));
      hurry.addEventListener('abort', () => logger.info('stopping at once'));
      await runWorker({
        config,
        databaseUrl: url,
        alone: false,
        logger,
        signal,
        hurry,
        onReady: () =>
          session.out.event({ ready: true, pid: process.pid }, () => `Worker ${process.pid} polls.`),
      }).catch((error: unknown) => {
        // Ended before it polled.
        if (!signal.aborted || error !== signal.reason) throw error;
      });
    });
}
