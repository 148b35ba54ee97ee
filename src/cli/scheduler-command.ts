import type { Command } from 'commander';
import type { CliSession } from './frame/cli-session.ts';

/** What `scheduler state --exit-code` exits with, for scripts that wait. */
const stateCodes = { started: 10, stopped: 11, stopping: 12 } as const;

export function register(program: Command, session: CliSession): void {
  const scheduler = program.command('scheduler').description('hold all tasks at once, and let them go on');

  scheduler
    .command('start')
    .description('let the held tasks go on; those stopped one by one stay stopped')
    .action(async () => {
      const { release } = await import('./control/hold.ts');
      const held = await release(session);
      session.out.answer(held, () => held.message);
    });

  scheduler
    .command('stop')
    .description('hold every started task; runs in progress end at their next safe point')
    .action(async () => {
      const { hold } = await import('./control/hold.ts');
      const held = await hold(session);
      session.out.answer(held, () => held.message);
    });

  scheduler
    .command('state')
    .description('tell whether tasks are started, stopped, or stopping (stopped, with runs in progress)')
    .option('--exit-code', 'exit 10 when started, 11 when stopped, 12 when stopping')
    .action(async ({ exitCode }: { exitCode?: true }) => {
      const { schedulerState } = await import('./control/hold.ts');
      const found = await schedulerState(session);
      session.out.answer(found, () => found.message);
      if (exitCode) session.exitCode = stateCodes[found.state];
    });
}
