import { InvalidArgumentError, type Command } from 'commander';
import type { Session } from './frame/session.ts';

interface Options {
  port?: number;
  uiPort?: number;
}

export function register(program: Command, session: Session): void {
  program
    .command('up')
    .description('run it all: servers, database, schedules, worker; Ctrl-C stops it all')
    .option('--port <n>', "Temporal's port (default: 7233)", portNumber)
    .option('--ui-port <n>', "the Web UI's port (default: Temporal's + 1000)", portNumber)
    .action(async ({ port, uiPort }: Options) => {
      const config = await session.config();
      const [{ up }, { createLogger, installRuntime }, { ending }, { welcome }, { followRuns }] =
        await Promise.all([
          import('../up.ts'),
          import('../worker/logger.ts'),
          import('./frame/ending.ts'),
          import('./control/welcome.ts'),
          import('./control/follow-runs.ts'),
        ]);
      const { out } = session;
      // With --json the log is for a machine, whole; on a terminal the runs are told in words, below.
      const logger = createLogger(process.env.REGIE_LOG_LEVEL ?? (out.json ? 'info' : 'warn'));
      installRuntime(logger);
      const signal = ending(session);
      await up({
        config,
        logger,
        signal,
        port,
        uiPort,
        say: (line) => (out.json ? logger.info(line) : out.line(line)),
        async onReady({ servers, changes }) {
          out.event(
            { ready: true, pid: process.pid, temporal: servers.temporalAddress, ui: servers.uiUrl, changes },
            () => welcome(config, servers, changes, out.colors),
          );
          if (!out.json) await followRuns(out, config, servers.databaseUrl, signal);
        },
      });
      out.event({ stopped: true }, () => 'Stopped.');
    });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError('Expected a port from 1 to 65535.');
  }
  return port;
}
