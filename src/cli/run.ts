import type { Command } from 'commander';
import { UsageError } from '../command/exit.ts';
import type { CliSession } from './frame/session.ts';

interface Options {
  once?: true;
  force?: true;
  tmp?: true;
  wait?: true;
  day?: string;
  month?: string;
  operation?: string;
}

export function register(program: Command, session: CliSession): void {
  program
    .command('run')
    .description('run a task now, whatever its period; one more run follows when one is in progress')
    .argument('<task>', 'name or alias, in any case')
    .option('--once', 'also when the task is stopped, which it stays')
    .option('--force', 'work even where nothing seems to wait')
    .option('--tmp', 'rehearse: write to twin tables, leave inputs in place')
    .option('--day <yyyy-mm-dd>', 'of an export: the business day (default: today)')
    .option('--month <yyyy-mm>', 'of a monthly export: the month that it is about')
    .option('--operation <segment>', 'of an export at the end of an operation')
    .option('--wait', 'follow the run and tell how it ended')
    .action(async (name: string, { wait, ...options }: Options) => {
      const { askRun } = await import('./control/ask-run.ts');
      const task = await session.task(name);
      const { day, month, operation } = options;
      if (!task.kind.request && [day, month, operation].some((each) => each !== undefined))
        throw new UsageError(`${task.name} is no export: it takes no --day, --month or --operation.`);
      await askRun(session, task, options, wait === true);
    });
}
