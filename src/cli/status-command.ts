import type { Command } from 'commander';
import type { CliSession } from './frame/cli-session.ts';

export function register(program: Command, session: CliSession): void {
  program
    .command('status')
    .description('show the state of a task, or of all')
    .argument('[task]', 'name or alias, in any case')
    .option('--watch', 'show it anew every second, until Ctrl-C')
    .action(async (name: string | undefined, { watch }: { watch?: true }) => {
      const { showStatus, watchStatus } = await import('./control/show-status.ts');
      const only = name === undefined ? undefined : await session.task(name);
      await (watch ? watchStatus : showStatus)(session, only);
    });
}
