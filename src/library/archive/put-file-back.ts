import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { syncFolder } from '../../files/atomic-write.ts';
import { exists, linkExclusive, remove } from '../../files/move.ts';
import { CommandRejected } from '../../task/command-rejected.ts';
import type { Incident } from '../../task/incident.ts';

/**
 * Puts a refused file back where it came from, below the hotfolder, so that the next run takes it up; never over another.
 * Killed in between, it is at one of the two places, and doing it again does the rest. Throws `CommandRejected`.
 */
export async function putBack(
  { id, subject, kept }: Incident,
  hotfolder: string,
): Promise<{ moved: boolean }> {
  if (kept === undefined) return { moved: false };
  const target = path.join(hotfolder, subject);
  if (!exists(kept)) {
    // An earlier try may have been cut off after the move.
    if (exists(target)) return { moved: true };
    throw new CommandRejected(
      `incident ${id}: ${kept} is not there any more. If somebody dealt with it: regie incidents close ${id}`,
    );
  }
  mkdirSync(path.dirname(target), { recursive: true });
  if ((await linkExclusive(kept, target)) === 'taken')
    throw new CommandRejected(`incident ${id}: ${target} is there; move one of the two away first`);
  syncFolder(path.dirname(target));
  remove(kept);
  // The reason stood beside it.
  remove(`${kept}.error.json`);
  return { moved: true };
}
