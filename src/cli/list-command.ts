import type { Command } from 'commander';
import type { CliSession } from './frame/cli-session.ts';

export function register(program: Command, session: CliSession): void {
  program
    .command('list')
    .description('list the tasks of the configuration, what they do and by which names they go')
    .action(async () => {
      const { showList } = await import('./control/show-list.ts');
      await showList(session);
    });
}
