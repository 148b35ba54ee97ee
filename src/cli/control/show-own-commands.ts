import { Command } from 'commander';
import { table } from '../../command/table.ts';
import type { CliSession } from '../frame/cli-session.ts';
import { ownModules, registerModule } from '../own-commands.ts';
import { listed } from './own-options.ts';

interface Row {
  command: string;
  /** The module, or the kind, that it comes from. */
  of: string;
  summary: string;
}

/** Prints the commands of the installation's own modules, and those that the kinds of its tasks have; `taken`: names of built-in ones. */
export async function showOwnCommands(session: CliSession, taken: ReadonlySet<string>): Promise<void> {
  const { modules, tasks } = await session.config();
  const rows = ownModules(modules).flatMap((module): Row[] => {
    const program = new Command();
    registerModule(program, session, module);
    return program.commands.map((each) => ({
      command: `${each.name()} ${each.usage()}`,
      of: module.name,
      summary: each.description(),
    }));
  });
  for (const kind of new Set(tasks.map((task) => task.kind))) {
    for (const [name, { summary, options = {} }] of Object.entries(kind.commands ?? {})) {
      // Then it is a signal and an update only.
      if (taken.has(name)) continue;
      rows.push({
        command: [name, '<task>', ...listed(options), '--reason <text>'].join(' '),
        of: kind.name,
        summary,
      });
    }
    if (kind.runOptions)
      rows.push({
        command: ['run', '<task>', ...listed(kind.runOptions)].join(' '),
        of: kind.name,
        summary: Object.entries(kind.runOptions)
          .map(([name, { summary }]) => `${name}: ${summary}`)
          .join('; '),
      });
  }
  session.out.answer(rows, () =>
    rows.length === 0
      ? 'No module of its own, and no kind with commands of its own.'
      : table(
          ['COMMAND', 'OF', 'WHAT IT DOES'],
          rows.map(({ command, of, summary }) => [command, of, summary]),
        ),
  );
}
