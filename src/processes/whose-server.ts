import path from 'node:path';
import { findByArgument, optionOf } from './processes.ts';
import { DATABASE, homeOf } from './run-file.ts';

/** A Temporal server of this machine that a `regie up` runs. */
export interface ServerOfUp {
  pid: number;
  /** The folder of its installation. */
  root: string;
}

/**
 * Which `regie up` of this machine, whoever runs it, has its Temporal server on `port`: its command line names the
 * database. `undefined` when none has, as far as this user may see.
 */
export function serverOfUp(port: number): ServerOfUp | undefined {
  for (const pid of findByArgument('start-dev')) {
    const root = optionOf(pid, '--port') === `${port}` ? installationOf(pid) : undefined;
    if (root !== undefined) return { pid, root };
  }
  return undefined;
}

/** The folder of the installation whose Temporal server the process `pid` is; `undefined` for any other process. */
export function installationOf(pid: number): string | undefined {
  const database = optionOf(pid, '--db-filename');
  if (database === undefined) return undefined;
  const root = path.dirname(path.dirname(database));
  return database === path.join(homeOf(root), DATABASE) ? root : undefined;
}
