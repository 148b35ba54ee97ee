import type { Command } from 'commander';
import { messageOf } from '../task/errors.ts';
import { portNumber } from './frame/port-number.ts';
import type { Session } from './frame/session.ts';

interface Options {
  port?: number;
  uiPort?: number;
  sample?: true;
}

export function register(program: Command, session: Session): void {
  program
    .command('up')
    .description('run it all: servers, database, schedules, worker; Ctrl-C stops it all')
    .option('--port <n>', "Temporal's port (default: 7233)", portNumber)
    .option('--ui-port <n>', "the Web UI's port (default: Temporal's + 1000)", portNumber)
    .option('--sample', 'in a new installation: load a generated sample, and tell what became of it')
    .action(async ({ port, uiPort, sample }: Options) => {
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
      const { signal, hurry } = ending(session);
      const say = (line: string) => (out.json ? logger.info(line) : out.line(line));
      signal.addEventListener('abort', () =>
        say('Stopping: a run in progress ends at its next safe point … (Ctrl-C again: at once)'),
      );
      hurry.addEventListener('abort', () =>
        say('Stopping at once: a run in progress is begun anew after the next start …'),
      );
      const demo = sample
        ? await (await import('./first-look/demo.ts')).startDemo(config, { signal, say })
        : undefined;
      session.onClose(async () => demo?.close());
      await up({
        config,
        logger,
        signal,
        hurry,
        port,
        uiPort,
        say,
        async onReady({ servers, client, changes, signal: until }) {
          const { openPool } = await import('../store/connection.ts');
          const pool = openPool(servers.databaseUrl, { max: 2, applicationName: 'regie up' });
          try {
            const runs = out.json ? undefined : followRuns(out, config, pool, until);
            if (sample) {
              const { firstLooks } = await import('./first-look/all.ts');
              for (const look of firstLooks) {
                if (until.aborted) break;
                // Without its sample the installation runs all the same.
                const found = await look({
                  config,
                  client,
                  pool,
                  signal: until,
                  demo: demo !== undefined,
                  say,
                }).catch((error: unknown) => {
                  if (!until.aborted) say(`A sample could not be shown: ${messageOf(error)}`);
                });
                if (found) out.event({ sample: found.sample }, () => found.describe(out.colors));
              }
            }
            if (!until.aborted) {
              const { temporalAddress: temporal, uiUrl: ui } = servers;
              out.event({ ready: true, pid: process.pid, temporal, ui, changes }, () =>
                welcome(config, servers, changes, out.colors),
              );
            }
            await runs;
          } finally {
            await pool.end();
          }
        },
      });
      out.event({ stopped: true }, () => 'Stopped.');
    });
}
