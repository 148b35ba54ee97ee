import { statSync } from 'node:fs';
import path from 'node:path';
import type { TaskContext } from '../../task/kind.ts';
import type { Attention } from '../../task/status.ts';
import { exists } from '../../files/move.ts';
import { readDead } from './letters.ts';
import { batchFolders, type BatchSettings } from './settings.ts';
import { survey, type Waiting } from './survey.ts';

/** As many as fit on a screen. */
const MOST = 5;

/** The control workflow carries these texts in its history. */
const LONGEST = 400;

/** Batches of which something failed, and those in the drop that nobody can take. */
export async function attention({
  db,
  task,
  settings,
  config,
}: Pick<TaskContext<BatchSettings>, 'db' | 'task' | 'settings' | 'config'>): Promise<Attention> {
  const { drop } = batchFolders(config.root, settings);
  const waiting = exists(drop) && statSync(drop).isDirectory() ? await survey(drop, settings) : [];
  const stuck = waiting.flatMap((batch) => {
    const text = whyStuck(batch, drop, settings.wait);
    return text === undefined ? [] : [{ at: new Date(batch.newest), text }];
  });
  const dead = await readDead(db, task, MOST);
  const latest = [...stuck, ...dead.latest].sort((a, b) => b.at.getTime() - a.at.getTime());
  return {
    count: dead.count + stuck.length,
    latest: latest.slice(0, MOST).map(({ at, text }) => ({
      at: at.toISOString(),
      text: text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text,
    })),
    how:
      'Mend what is wrong in the folder in `failed`, then move that back into the drop, or `regie library errors retry`: ' +
      'what was taken is not taken again. `regie library errors dismiss` leaves it.',
  };
}

/** Why a batch in the drop is not taken, however long it waits. */
function whyStuck({ name, found, movable, newest }: Waiting, drop: string, wait: number): string | undefined {
  if (newest + wait > Date.now()) return undefined;
  const folder = path.join(drop, name);
  if (!movable) return `${folder} cannot be moved by the worker; expected a folder into which it may write`;
  if (found.state === 'missing')
    return `${folder} has no manifest; expected a manifest.xml or manifest.json, or a folder that is not there`;
  return undefined;
}
