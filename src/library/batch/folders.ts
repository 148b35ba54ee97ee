import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase } from 'pg';
import { exists } from '../../files/move.ts';
import type { Folders } from './settings.ts';

/**
 * Sees to it that the folders of a batch task can be used. Gives what is missing, as a sentence for the operator, when
 * it cannot: then the task waits.
 *
 * A drop that is not there is made where that cannot hide a disk that is not mounted: below the installation, or in a
 * folder that exists.
 */
export function prepareFolders({ root, drop, work, incoming, done, failed }: Folders): string | undefined {
  const inside = !path.relative(root, drop).startsWith('..');
  if (!exists(drop) && !inside && !exists(path.dirname(drop)))
    return `the drop ${drop} is not there, nor is the folder above it; expected a folder: create it, or mount its disk`;
  for (const folder of [drop, done, failed, work, incoming]) {
    try {
      // Nobody else has to see what is on its way.
      mkdirSync(folder, {
        recursive: true,
        ...(folder === work || folder === incoming ? { mode: 0o700 } : {}),
      });
    } catch (error) {
      return `cannot use ${folder} as a folder: ${(error as Error).message}`;
    }
  }
  for (const folder of [done, failed])
    if (statSync(folder).dev !== statSync(drop).dev)
      return `the drop ${drop} and ${folder} lie on different disks; expected one: batches are moved by rename`;
  return undefined;
}

/**
 * Takes a drop for the session: of two tasks set up, by mistake, on one drop the second would take the first one's
 * batches for those of a dead run. False when another session has it. Ends with the session, or by `leaveDrop`.
 */
export async function takeDrop(db: ClientBase, drop: string): Promise<boolean> {
  const { rows } = await db.query<{ free: boolean }>(
    "select pg_try_advisory_lock(hashtext('regie.library.batch'), hashtext($1)) as free",
    [drop],
  );
  return rows[0]!.free;
}

export async function leaveDrop(db: ClientBase, drop: string): Promise<void> {
  await db.query("select pg_advisory_unlock(hashtext('regie.library.batch'), hashtext($1))", [drop]);
}
