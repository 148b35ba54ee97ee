import type { Command } from 'commander';
import { count } from '../command/count.ts';
import { UsageError } from '../command/exit.ts';
import type { CliSession } from './frame/cli-session.ts';
import type { DecideFlags, FilterFlags, ListFlags } from './control/decide-incidents.ts';
import { incidentStates } from '../task/incident.ts';

/** `regie incidents`: what is wrong, of all tasks in one list, and what to do about it. */
export function register(program: Command, session: CliSession): void {
  const incidents = filtered(
    program
      .command('incidents')
      .description('list what is wrong and waits for you: of all tasks, with the command that mends each'),
  )
    .option('--all', 'the resolved ones too')
    .option('--limit <n>', 'at most so many, the latest', count(1_000_000), 100)
    .action(async (flags: ListFlags) => {
      const { listIncidents } = await import('./control/decide-incidents.ts');
      await listIncidents(session, flags);
    });

  incidents
    .command('show')
    .description('all that is known of one')
    .argument('<id>', 'as `regie incidents` shows it')
    .action(async (id: string) => {
      const { showIncident } = await import('./control/decide-incidents.ts');
      await showIncident(session, id);
    });

  decision(
    incidents,
    'retry',
    'have them tried again: a file goes back to where it came from, an export is made or sent',
  ).action(async (ids: string[], flags: DecideFlags, command: Command) => {
    const { retryIncidents } = await import('./control/decide-incidents.ts');
    await retryIncidents(session, ids, withParents(command, flags));
  });

  decision(incidents, 'close', 'close them: nothing is tried any more; files stay where they are')
    .option('--note <text>', 'why, for those who ask later')
    .action(async (ids: string[], flags: DecideFlags & { note?: string }, command: Command) => {
      const { closeIncidents } = await import('./control/decide-incidents.ts');
      await closeIncidents(session, ids, withParents(command, flags));
    });
}

const filtered = (command: Command) =>
  command
    .option('--task <name>', 'of this task only')
    .option('--kind <name>', 'of tasks of this kind only: loadJson, ftpPull, export …')
    .option('--since <when>', 'met last since then: 2h, 3d, 2026-11-20 or 2026-11-20T13:00Z')
    .option('--state <state>', `one of ${incidentStates.join(', ')}`, stateNamed);

const decision = (incidents: Command, name: string, summary: string) =>
  filtered(
    incidents
      .command(name)
      .description(summary)
      .argument('[id...]', 'as `regie incidents` shows them; or all that the options choose'),
  )
    .option('--all', 'all that are not resolved')
    .option('--yes', 'do it; without it, what is chosen by options is only counted and shown');

/** Options before the word are those of the list, which mean the same. */
const withParents = <F extends FilterFlags>(command: Command, flags: F): F => {
  const { task, kind, since, state, all } = command.parent?.opts<ListFlags>() ?? {};
  const before = { task, kind, since, state, all };
  return {
    ...Object.fromEntries(Object.entries(before).filter(([, value]) => value !== undefined)),
    ...flags,
  };
};

function stateNamed(text: string) {
  const state = incidentStates.find((each) => each === text.toLowerCase().replaceAll('-', ' '));
  if (state === undefined)
    throw new UsageError(`--state ${JSON.stringify(text)}: expected one of ${incidentStates.join(', ')}.`);
  return state;
}
