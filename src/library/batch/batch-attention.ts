import { statSync } from 'node:fs';
import path from 'node:path';
import type { TaskContext } from '../../task/kind.ts';
import type { Attention } from '../../task/status.ts';
import { exists } from '../../files/move.ts';
import { attentionOf } from '../../incidents/open-incidents.ts';
import { batchFolders, type BatchSettings } from './batch-settings.ts';
import { survey, type Waiting } from './survey-drop.ts';

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
  return attentionOf(db, task, stuck);
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
