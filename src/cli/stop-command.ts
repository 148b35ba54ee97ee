import type { Command } from 'commander';
import type { CliSession } from './frame/cli-session.ts';

export function register(program: Command, session: CliSession): void {
  program
    .command('stop')
    .description('stop a task until it is started; the run in progress ends at its next safe point')
    .argument('<task>', 'name or alias, in any case')
    .option('--reason <words>', 'why; shown by status')
    .option('--now', 'cancel the run in progress')
    .action(async (name: string, { reason, now }: { reason?: string; now?: true }) => {
      const { sendCommand } = await import('./control/send-command.ts');
      const done = await sendCommand(session, await session.task(name), 'stop', {
        ...(reason === undefined ? {} : { reason }),
        ...(now ? { now } : {}),
      });
      session.out.answer(done, () => done.message);
    });
}
