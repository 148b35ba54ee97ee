import type { Config, Task } from '../../task/config.ts';
import type { ExportTask } from '../described.ts';
import type { ExportSettings } from '../export-settings.ts';
import { CliError, exit } from '../../command/exit.ts';
import { findTask } from '../../command/find-task.ts';
import type { Session } from '../../command/session.ts';

/** Options of `regie export run` and `backfill`. */
export interface RunFlags {
  day?: string;
  month?: string;
  operation?: string;
  from?: string;
  to?: string;
  force?: true;
  once?: true;
  wait?: true;
  dryRun?: true;
  rows?: number;
}

/** The exports of an installation. */
export function exportsOf({ tasks }: Config): Task[] {
  return tasks.filter(({ kind }) => kind.name === 'export');
}

/** The export that `name` means. @throws CliError exit 4 when there is none, or it is another kind of task. */
export async function findExport(session: Session, name: string): Promise<Task> {
  const config = await session.config();
  const exports = exportsOf(config);
  if (exports.length === 0)
    throw new CliError(
      exit.noSuchTask,
      'The configuration has no exports: `regie export new <name>` writes one.',
    );
  return findTask(exports, name);
}

/** A task as the domain knows it. */
export function asExport(config: Config, { name, settings }: Task): ExportTask {
  return { task: name, settings: settings as ExportSettings, config };
}
