import type { Command } from 'commander';
import type { CliSession } from './frame/cli-session.ts';

export function register(program: Command, session: CliSession): void {
  program
    .command('worker')
    .description('run one more worker, on the servers of `regie up` or those configured; Ctrl-C drains it')
    .action(async () => {
      const [config, { runByItself }] = await Promise.all([
        session.config(),
        import('../worker/by-itself.ts'),
      ]);
      await runByItself(config, session);
    });
}
