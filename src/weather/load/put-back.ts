import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase, Pool } from 'pg';
import { TargetNames } from '../../intake/target-names.ts';
import { REPORTS, sidecarBeside } from '../files/final-path.ts';
import { linkExclusive, remove } from '../../files/move.ts';
import type { Incident } from '../../task/incident.ts';
import type { TaskContext } from '../../task/kind.ts';
import { CommandRejected } from '../../task/command-rejected.ts';
import { toText } from '../../store/jsonb.ts';
import { loadFolders, nameOf, type Folders, type LoadSettings } from './load-settings.ts';

/** A file that was put back. */
export interface Retried {
  /** Where it stood, as the ledger names it. */
  file: string;
  /** Its new path in the inbox. */
  to: string;
}

/**
 * Puts failed files back into the inbox, so that the next run loads them, and closes their incidents. `files`
 * are paths, or ends of paths (`day.json`, `MTG280/day.json`); none means all. They go to the folder that they came from. A file in the inbox is never
 * overwritten: the name gets a suffix.
 *
 * Throws, before anything is moved, when one of `files` matches no failed file.
 */
export async function retryFailed(
  db: ClientBase | Pool,
  folders: Folders,
  files: readonly string[] = [],
): Promise<Retried[]> {
  const failed = listFailed(folders.failed);
  const chosen =
    files.length === 0 ? failed : [...new Set(files.flatMap((file) => match(file, failed, folders)))];
  const targetNames = new TargetNames(REPORTS);
  const retried: Retried[] = [];
  for (const file of chosen) {
    const name = nameOf(folders, file);
    const to = await putBack(file, targetNames, await findOrigin(db, folders, name), folders.marker);
    remove(sidecarBeside(file, 'error'));
    // Of whichever task loads here: the folder is one.
    await db.query(
      `update regie.incident set state = 'resolved', closed_at = clock_timestamp(), note = $2
       where subject = $1 and state <> 'resolved' and details ? 'file'`,
      [toText(name), `put back as ${nameOf(folders, to)}`],
    );
    retried.push({ file: name, to: nameOf(folders, to) });
  }
  return retried;
}

/** Puts the file of an incident back into the inbox, so that the next run loads it. Throws `CommandRejected`. */
export async function retryIncident(
  { db, config, settings }: Pick<TaskContext<LoadSettings>, 'db' | 'config' | 'settings'>,
  { id, subject, what }: Incident,
): Promise<{ resolved: boolean }> {
  if (what === 'grown')
    throw new CommandRejected(
      `incident ${id}: ${subject} is loaded again by itself, when nobody writes to it any more`,
    );
  if (what === 'items-refused')
    throw new CommandRejected(
      `incident ${id}: ${subject} is loaded but for what was refused; have the station send that again, then \`regie incidents close ${id}\``,
    );
  const folders = loadFolders(config.root, settings);
  if (!existsSync(path.resolve(folders.root, subject)))
    throw new CommandRejected(
      `incident ${id}: ${subject} is not there any more. If somebody dealt with it: regie incidents close ${id}`,
    );
  await retryFailed(db, folders, [subject]);
  return { resolved: true };
}

/** The folder of the inbox that a file came from: its format may hang on it. */
async function findOrigin(db: ClientBase | Pool, { inbox }: Folders, finalPath: string): Promise<string> {
  const { rows } = await db.query<{ name: string }>(
    'select name from weather.file where final_path = $1 order by id desc limit 1',
    [toText(finalPath)],
  );
  return path.join(inbox, path.dirname(rows[0]?.name ?? '.'));
}

async function putBack(
  file: string,
  targetNames: TargetNames,
  folder: string,
  marker: string | undefined,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  for (;;) {
    const target = targetNames.choose(path.join(folder, path.basename(file)));
    if ((await linkExclusive(file, target)) === 'taken') continue;
    // Killed here, the file has two names; loaded again it changes nothing.
    remove(file);
    // It had one when it came.
    if (marker !== undefined) writeFileSync(target + marker, '');
    return target;
  }
}

/** The files below failed/ that were refused: those with a report beside them. */
function listFailed(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => existsSync(sidecarBeside(file, 'error')))
    .sort();
}

function match(asked: string, failed: readonly string[], folders: Folders): string[] {
  const found = failed.filter(
    (file) => file === path.resolve(folders.root, asked) || `/${file}`.endsWith(`/${asked}`),
  );
  if (found.length > 0) return found;
  const known =
    failed.length === 0
      ? 'there is none'
      : `there are ${failed.length}, such as ${nameOf(folders, failed[0]!)}`;
  throw new Error(
    `no failed file ${JSON.stringify(asked)} below ${nameOf(folders, folders.failed)} (${known})`,
  );
}
