import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase } from 'pg';
import { syncFolder } from '../../files/atomic-write.ts';
import { exists, place, remove } from '../../files/move.ts';
import { Refused } from '../../task/refused.ts';
import type { DeadLetter } from './list.ts';

/**
 * Has the work of a dead letter tried again by its task's next run. A file that was moved aside goes back to where it
 * came from, below `folder`; never over another. Killed in between, it is at one of the two places, and doing it again
 * does the rest. Throws `Refused`.
 */
export async function retryDeadLetter(
  db: ClientBase,
  letter: DeadLetter,
  folder: string | undefined,
): Promise<void> {
  refuseClosed(letter);
  if (letter.kept !== null) await putBack(letter, letter.kept, folder);
  await db.query(
    `update library.dead_letter set state = 'retrying', not_before = null, kept = null
     where id = $1 and state in ('retrying', 'dead')`,
    [letter.id],
  );
}

/** Nobody wants it any more; a file that is kept stays where it is. Throws `Refused`. */
export async function dismissDeadLetter(
  db: ClientBase,
  letter: DeadLetter,
  by: string,
  note?: string,
): Promise<void> {
  refuseClosed(letter);
  await db.query(
    `update library.dead_letter set state = 'dismissed', closed_at = now(), closed_by = $2, note = $3, not_before = null
     where id = $1 and state in ('retrying', 'dead')`,
    [letter.id, by, note ?? null],
  );
}

function refuseClosed({ id, subject, state, closedBy }: DeadLetter): void {
  if (state === 'retrying' || state === 'dead') return;
  throw new Refused(`Error ${id} (${subject}) is ${state} already${closedBy ? `, by ${closedBy}` : ''}.`);
}

async function putBack(letter: DeadLetter, kept: string, folder: string | undefined): Promise<void> {
  if (folder === undefined)
    throw new Refused(
      `Error ${letter.id}: no task ${letter.task} with a hotfolder is configured; put ${kept} where it belongs, then dismiss it.`,
    );
  const target = path.join(folder, letter.subject);
  if (!exists(kept)) {
    // An earlier try may have been cut off after the move.
    if (exists(target)) return;
    throw new Refused(
      `Error ${letter.id}: ${kept} is not there any more. If somebody dealt with it: regie library errors dismiss ${letter.id}`,
    );
  }
  mkdirSync(path.dirname(target), { recursive: true });
  if ((await place(kept, target)) === 'taken')
    throw new Refused(`Error ${letter.id}: ${target} is there; move one of the two away first.`);
  syncFolder(path.dirname(target));
  remove(kept);
  // The reason stood beside it.
  remove(`${kept}.error.json`);
}
