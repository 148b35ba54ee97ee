import type { Command } from 'commander';
import { CliError, exit } from './frame/exit.ts';
import type { Session } from './frame/session.ts';

export function register(program: Command, session: Session): void {
  program
    .command('worker')
    .description('run one more worker, on the servers of `regie up` or those configured; Ctrl-C drains it')
    .action(async () => {
      const config = await session.config();
      const { databaseUrl } = await import('./frame/database.ts');
      const url = await databaseUrl(config.root);
      if (url === undefined) {
        throw new CliError(
          exit.noServer,
          'No database: `regie up` does not run in this folder, and DATABASE_URL is not set.',
        );
      }
      // Says in a second what the worker's own connection would say after ten.
      await session.client();
      const [{ runWorker }, { createLogger, installRuntime }, { ending }] = await Promise.all([
        import('../worker/worker.ts'),
        import('../worker/logger.ts'),
        import('./frame/ending.ts'),
      ]);
      const logger = createLogger();
      installRuntime(logger);
      await runWorker({
        config,
        databaseUrl: url,
        alone: false,
        logger,
        signal: ending(session),
        onReady: () =>
          session.out.event({ ready: true, pid: process.pid }, () => `Worker ${process.pid} polls.`),
      });
    });
}
