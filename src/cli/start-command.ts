import type { Command } from 'commander';
import type { CliSession } from './frame/cli-session.ts';

export function register(program: Command, session: CliSession): void {
  program
    .command('start')
    .description('let a stopped task run again on its schedule')
    .argument('<task>', 'name or alias, in any case')
    .option('--reason <words>', 'why; shown by status')
    .action(async (name: string, { reason }: { reason?: string }) => {
      const { sendCommand } = await import('./control/send-command.ts');
      const done = await sendCommand(
        session,
        await session.task(name),
        'start',
        reason === undefined ? {} : { reason },
      );
      session.out.answer(done, () => done.message);
    });
}
