import type { Look, TaskContext } from '../../task/kind.ts';
import type { Waiting } from '../../task/status.ts';
import { listClaims } from '../files/claim.ts';
import { scan, type Arrival } from '../files/scan.ts';
import { prepareFolders } from './folders.ts';
import { loadFolders, type LoadSettings } from './settings.ts';

/** Is there a file to load, or one that a dead run left behind? */
export async function look(ctx: TaskContext<LoadSettings>): Promise<Look> {
  const folders = loadFolders(ctx.config.root, ctx.settings);
  const needs = prepareFolders(folders);
  if (needs !== undefined) return { work: false, needs };
  const arrivals = await scan(folders.inbox);
  const work = arrivals.length > 0 || listClaims(folders.work).length > 0;
  return { work, waiting: waitingFiles(arrivals) };
}

/** Files in the inbox, as status shows them. */
export function waitingFiles(arrivals: readonly Arrival[]): Waiting[] {
  if (arrivals.length === 0) return [];
  const oldest = arrivals.reduce((least, { modified }) => Math.min(least, modified), Infinity);
  return [{ what: 'files', count: arrivals.length, oldest: new Date(oldest).toISOString() }];
}
