import type { Command } from 'commander';
import type { SvcOptions } from './control/svc-plan.ts';
import type { CliSession } from './frame/cli-session.ts';

export function register(program: Command, session: CliSession): void {
  program
    .command('svc')
    .description('command a task by its short name, in the words of older systems: --start, --stop, --run')
    .argument('[alias]', 'json, agg, … or the full name, in any case')
    .option('--list', 'list the tasks and their aliases')
    .option('--run', 'one run now; one more after it when one is in progress')
    .option('--start', 'let it run on its schedule')
    .option('--stop', 'hold it until --start')
    .option('--status', 'tell how it is; so does the alias alone')
    .option('--trace', 'log each step, until --notrace')
    .option('--notrace', 'log no steps')
    .option('--tmp', 'with --run: rehearse, on twin tables, leaving files in place')
    .option('--follow', 'then show the log as it grows, until Ctrl-C')
    .option('--reason <words>', 'with --start or --stop: why')
    .addHelpText(
      'after',
      '\nOptions may be combined; whatever their order, --start and --stop come first, then --trace, --run, --status, --follow.',
    )
    .action(async (alias: string | undefined, options: SvcOptions) => {
      // Contradictions are told before anything is loaded, let alone done.
      const { planSvc } = await import('./control/svc-plan.ts');
      const plan = planSvc(alias, options);
      const { carryOut } = await import('./control/svc-carry-out.ts');
      session.exitCode = await carryOut(session, alias, plan);
    });
}
