import type { Command } from 'commander';
import type { CliSession } from './frame/cli-session.ts';

export function register(program: Command, session: CliSession): void {
  program
    .command('commands')
    .description(
      "list what this installation's own modules, and the kinds of its tasks, add to these commands",
    )
    .action(async () => {
      const taken = new Set(program.commands.map((each) => each.name()));
      const { showOwnCommands } = await import('./control/show-own-commands.ts');
      await showOwnCommands(session, taken);
    });
}
