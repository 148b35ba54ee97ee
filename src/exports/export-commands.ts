import type { Command } from 'commander';
import { count } from '../command/count.ts';
import { group as groupOf } from '../command/command-group.ts';
import type { DemoCallsFlags } from './commands/demo-calls.ts';
import type { Session } from '../command/session.ts';
import type { RunFlags } from './commands/exports.ts';

export function register(program: Command, session: Session): void {
  const group = program
    .command('export')
    .description('files that are due: their ledger, and what is held, missed or unknown');

  group
    .command('list')
    .description('list the exports: campaign, hours, file, how the last one went')
    .action(async () => {
      const { listExports } = await import('./commands/export-list.ts');
      await listExports(session);
    });

  group
    .command('ledger')
    .description('print what became of each business day, month or operation')
    .argument('<export>', 'name or alias, in any case')
    .option('--month <yyyy-mm>', 'the last month to show (default: this one)')
    .option('--months <n>', 'so many months', count(120), 1)
    .action(async (name: string, flags: { month?: string; months: number }) => {
      const { showLedger } = await import('./commands/export-ledger.ts');
      await showLedger(session, name, flags);
    });

  group
    .command('show')
    .description('print all about one of them: its files, to whom they went, who decided what')
    .argument('<export>', 'name or alias, in any case')
    .argument('[which]', 'day, month or operation (default: the latest)')
    .action(async (name: string, which: string | undefined) => {
      const { showPeriod } = await import('./commands/export-show.ts');
      await showPeriod(session, name, which);
    });

  registerMaking(group, session);
  registerDecisions(group, session);

  group
    .command('new')
    .description('write a starter for an export, and a test of it, into exports/')
    .argument('<name>', 'a letter, then letters, digits, - or _')
    .option('--source <name>', 'the database that it reads', 'outbound')
    .action(async (name: string, flags: { source: string }) => {
      const { makeNew } = await import('./commands/export-new.ts');
      await makeNew(session, name, flags);
    });

  group
    .command('check')
    .description('load the modules, and tell what is wrong with them; exit code 1 when something is')
    .argument('[export...]', 'default: all')
    .action(async (names: string[]) => {
      const { checkExports } = await import('./commands/export-check.ts');
      await checkExports(session, names);
    });

  groupOf(program, 'demo', 'things to try Regie with')
    .command('calls')
    .description("fill the schema dialler of Regie's database with generated calls, for the example exports")
    .option('--cards <n>', 'customers', count(10_000_000), 20_000)
    .option('--days <n>', 'days of calls', count(3_650), 70)
    .option('--until <date>', 'last day of calls (default: yesterday)')
    .option('--seed <n>', 'the same number gives the same calls', count(2 ** 31), 1)
    .action(async (flags: DemoCallsFlags) => {
      const { makeDemoCalls } = await import('./commands/demo-calls.ts');
      await makeDemoCalls(session, flags);
    });
}

function registerMaking(group: Command, session: Session): void {
  group
    .command('run')
    .description('make and deliver now, whatever the hour; each only once')
    .argument('<export>', 'name or alias, in any case')
    .option('--day <yyyy-mm-dd>', 'the business day (default: today)')
    .option('--month <yyyy-mm>', 'of a monthly export: the month that it is about (default: the last)')
    .option('--operation <segment>', 'of an export at the end of an operation')
    .option('--force', 'make and deliver again what is there already; written down')
    .option('--once', 'also when the task is stopped, which it stays')
    .option('--wait', 'follow the run and show how it ended')
    .option('--dry-run', 'make the file in a place of its own, show its first rows, deliver nothing')
    .option('--rows <n>', 'with --dry-run: so many rows of each table at most', count(2_000_000_000))
    .action(async (name: string, flags: RunFlags) => {
      const { runExport } = await import('./commands/export-run.ts');
      await runExport(session, name, flags);
    });

  group
    .command('backfill')
    .description('make each missing one of a span, once')
    .argument('<export>', 'name or alias, in any case')
    .requiredOption('--from <yyyy-mm-dd>', 'first business day')
    .requiredOption('--to <yyyy-mm-dd>', 'last business day')
    .option('--force', 'also those that are there already; written down')
    .option('--once', 'also when the task is stopped, which it stays')
    .option('--wait', 'follow the run and show how it ended')
    .action(async (name: string, flags: RunFlags) => {
      const { runExport } = await import('./commands/export-run.ts');
      await runExport(session, name, flags);
    });
}

interface DecisionFlags {
  reason?: string;
  force?: true;
}

const decisions = {
  release: 'deliver a file that its check holds',
  discard: 'deliver it to nobody; of a missed day: accept that it stays missing',
  redeliver:
    'send the same file to those who have not got it; with --force to all, perhaps for the second time',
  confirm: 'say that a file whose delivery is unknown has arrived',
} as const;

function registerDecisions(group: Command, session: Session): void {
  for (const [name, description] of Object.entries(decisions)) {
    const command = group
      .command(name)
      .description(description)
      .argument('<export>', 'name or alias, in any case')
      .argument('[which]', 'day, month or operation (default: the only one that waits for it)')
      .option('--reason <text>', 'kept in the ledger');
    if (name === 'redeliver')
      command.option('--force', 'also where it may have arrived, or has; written down');
    command.action(async (task: string, which: string | undefined, flags: DecisionFlags) => {
      const { decide } = await import('./commands/export-decide.ts');
      await decide(session, name as keyof typeof decisions, task, {
        ...flags,
        ...(which === undefined ? {} : { period: which }),
      });
    });
  }
}
