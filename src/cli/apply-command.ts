import type { Command } from 'commander';
import { CliError, exit } from '../command/exit.ts';
import type { CliSession } from './frame/cli-session.ts';

export function register(program: Command, session: CliSession): void {
  program
    .command('apply')
    .description(
      'make the schedules what the configuration says: create, update, prune; stopped tasks stay stopped',
    )
    .option('--dry-run', 'show the difference, change nothing')
    .action(async ({ dryRun }: { dryRun?: true }) => {
      const [{ apply }, { ensureSearchAttributes }, { describeChanges }] = await Promise.all([
        import('../temporal/schedules/apply-schedules.ts'),
        import('../temporal/search-attributes.ts'),
        import('./control/describe-changes.ts'),
      ]);
      const [config, client] = await Promise.all([session.config(), session.client()]);
      const dry = dryRun === true;
      if (!dry) await ensureSearchAttributes(client);
      const changes = await apply(config, client, { dryRun: dry }).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'ForeignSchedules')
          throw new CliError(exit.refused, error.message);
        throw error;
      });
      const told = changes.some(({ change }) => change === 'create' || change === 'update');
      const restart = 'Workers read the configuration when they start: restart those that run.';
      session.out.answer({ dryRun: dry, changes }, () =>
        [describeChanges(changes, dry, session.out.colors), ...(told && !dry ? [restart] : [])].join('\n'),
      );
    });
}
