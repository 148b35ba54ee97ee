import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { caller } from '../command/caller.ts';
import type { LoadedConfig } from '../config/config-schema.ts';
import type { FirstLook, Where } from '../module/first-look.ts';
import type { Module, Running } from '../module/module.ts';
import type { Task } from '../task/config.ts';
import { messageOf } from '../task/errors.ts';
import { controlId } from '../task/names.ts';
import { unlessAborted } from '../task/in-time.ts';
import { portNumber } from '../command/port-number.ts';
import type { CliSession } from './frame/cli-session.ts';

interface Options {
  port?: number;
  uiPort?: number;
  sample?: true;
}

export function register(program: Command, session: CliSession): void {
  program
    .command('up')
    .description('run it all: servers, database, schedules, worker; Ctrl-C stops it all')
    .option('--port <n>', "Temporal's port (default: 7233)", portNumber)
    .option('--ui-port <n>', "the Web UI's port (default: Temporal's + 1000)", portNumber)
    .option('--sample', 'in a new installation: load a generated sample, and tell what became of it')
    .action(async ({ port, uiPort, sample }: Options) => {
      const config = await session.config();
      const [{ up }, { openLog }, { shutdownSignal }, { welcome }, { followRuns }] = await Promise.all([
        import('../up/run-up.ts'),
        import('../worker/logger.ts'),
        import('../command/shutdown-signal.ts'),
        import('./control/welcome.ts'),
        import('./control/follow-runs.ts'),
      ]);
      const { out } = session;
      // With --json the log is for a machine, whole; on a terminal the runs are told in words, below.
      const log = openLog(process.env.REGIE_LOG_LEVEL ?? (out.json ? 'info' : 'warn'));
      const { signal, hurry } = shutdownSignal(session);
      const say = (line: string) => (out.json ? log.logger.info(line) : out.line(line));
      signal.addEventListener('abort', () =>
        say('Stopping: a run in progress ends at its next safe point … (Ctrl-C again: at once)'),
      );
      hurry.addEventListener('abort', () =>
        say('Stopping at once: a run in progress is begun anew after the next start …'),
      );
      const beside = sample ? await startBeside(config, { signal, say }) : [];
      for (const { close } of beside) session.onClose(close);
      await up({
        config,
        log,
        signal,
        hurry,
        port,
        uiPort,
        say,
        onOut: (line) => out.raw(`${line}\n`),
        async onReady({ servers, client, changes, worker, signal: until }) {
          const { openPool } = await import('../store/connection.ts');
          const pool = openPool(servers.databaseUrl, { max: 2, applicationName: 'regie up' });
          try {
            const runs = out.json ? undefined : followRuns(out, config, pool, until);
            if (sample) {
              const served = new Set(beside.map(({ task }) => task));
              const runNow = (task: Task) => askForRun(client, task, until);
              const where = { config, pool, signal: until, say, served, runNow };
              for await (const found of firstLooks(config.modules, where))
                out.event({ sample: found.sample }, () => found.describe(out.colors));
            }
            if (!until.aborted) {
              const { temporalAddress: temporal, uiUrl: ui } = servers;
              out.event({ ready: true, pid: process.pid, worker, temporal, ui, changes }, () =>
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

/** Starts what modules have to run beside the sample. */
async function startBeside(
  config: LoadedConfig,
  { signal, say }: { signal: AbortSignal; say: (line: string) => void },
): Promise<readonly Running[]> {
  const started = config.modules.map(async ({ name, beside }) => {
    try {
      return (await beside?.({ config, signal, say })) ?? [];
    } catch (error) {
      if (!signal.aborted) say(`The demonstration of the module ${name} does not run: ${messageOf(error)}`);
      return [];
    }
  });
  return (await Promise.all(started)).flat();
}

/** What modules show a new installation, one after the other. Without its sample the installation runs all the same. */
async function* firstLooks(modules: readonly Module[], where: Where): AsyncGenerator<FirstLook> {
  for (const { name, firstLook } of modules) {
    if (where.signal.aborted) return;
    try {
      const found = await firstLook?.(where);
      if (found) yield found;
    } catch (error) {
      if (!where.signal.aborted)
        where.say(`The sample of the module ${name} could not be shown: ${messageOf(error)}`);
    }
  }
}

async function askForRun(client: Client, { name }: Task, signal: AbortSignal): Promise<void> {
  const handle = client.workflow.getHandle(controlId(name));
  await unlessAborted(signal, handle.executeUpdate('run', { args: [{ by: caller() }] }));
}
