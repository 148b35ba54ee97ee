import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase } from 'pg';
import { syncFolder } from '../../files/atomic-write.ts';
import { exists, linkExclusive, remove } from '../../files/move.ts';
import { CommandRejected } from '../../task/command-rejected.ts';
import type { DeadLetter } from './list.ts';

/** The task of a dead letter: where files come back to that were moved aside, unless its runs see to that themselves. */
export interface Owner {
  /** Absolute. */
  hotfolder?: string;
}

/**
 * Has the work of a dead letter tried again by its task's next run. A file that was moved aside goes back to where it
 * came from, below the hotfolder; never over another. Killed in between, it is at one of the two places, and doing it
 * again does the rest. Throws `CommandRejected`.
 */
export async function retryDeadLetter(
  db: ClientBase,
  letter: DeadLetter,
  owner: Owner | undefined,
): Promise<void> {
  refuseClosed(letter);
  if (owner === undefined)
    throw new CommandRejected(
      `Error ${letter.id}: no task ${letter.task} is configured any more, so nobody would try it again; dismiss it.`,
    );
  const { hotfolder } = owner;
  if (letter.kept !== null && hotfolder !== undefined) await putBack(letter, letter.kept, hotfolder);
  await db.query(
    `update library.dead_letter set state = 'retrying', not_before = null, kept = case when $2 then null else kept end
     where id = $1 and state in ('retrying', 'dead')`,
    [letter.id, hotfolder !== undefined],
  );
}

/** Nobody wants it any more; a file that is kept stays where it is. Throws `CommandRejected`. */
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
  throw new CommandRejected(
    `Error ${id} (${subject}) is ${state} already${closedBy ? `, by ${closedBy}` : ''}.`,
  );
}

async function putBack(letter: DeadLetter, kept: string, folder: string): Promise<void> {
  const target = path.join(folder, letter.subject);
  if (!exists(kept)) {
    // An earlier try may have been cut off after the move.
    if (exists(target)) return;
    throw new CommandRejected(
      `Error ${letter.id}: ${kept} is not there any more. If somebody dealt with it: regie library errors dismiss ${letter.id}`,
    );
  }
  mkdirSync(path.dirname(target), { recursive: true });
  if ((await linkExclusive(kept, target)) === 'taken')
    throw new CommandRejected(`Error ${letter.id}: ${target} is there; move one of the two away first.`);
  syncFolder(path.dirname(target));
  remove(kept);
  // The reason stood beside it.
  remove(`${kept}.error.json`);
}
