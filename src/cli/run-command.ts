import type { Command } from 'commander';
import type { CliSession } from './frame/cli-session.ts';

interface Options {
  once?: true;
  force?: true;
  tmp?: true;
  wait?: true;
}

export function register(program: Command, session: CliSession): void {
  program
    .command('run')
    .description('run a task now, whatever its period; one more run follows when one is in progress')
    .argument('<task>', 'name or alias, in any case')
    .option('--once', 'also when the task is stopped, which it stays')
    .option('--force', 'work even where nothing seems to wait')
    .option('--tmp', 'rehearse: write to twin tables, leave inputs in place')
    .option('--wait', 'follow the run and show how it ended')
    .addHelpText('after', "\nA task's kind may take more: `regie commands` lists it.")
    // What only the task's kind knows is read once the task is known.
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (name: string, { wait, ...options }: Options, command: Command) => {
      const [{ askRun }, { ownOptions }] = await Promise.all([
        import('./control/ask-run.ts'),
        import('./control/own-options.ts'),
      ]);
      const task = await session.task(name);
      const own = ownOptions(task.kind.runOptions ?? {}, command.args.slice(1), task.name);
      await askRun(session, task, { ...options, ...own }, wait === true);
    });
}
