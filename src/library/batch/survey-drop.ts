import { accessSync, constants, lstatSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { inProgressFilter } from '../../files/in-progress.ts';
import { exists } from '../../files/move.ts';
import { isGone } from '../../files/scan.ts';
import { contentsOf, type Contents } from './contents.ts';
import { findManifest, type Found } from './manifest/find-manifest.ts';
import type { BatchSettings } from './batch-settings.ts';

/** A file in a batch's folder that says: all is there, take it. */
export const READY_FILE = '.ready';

/** A folder of the drop. */
export interface Waiting {
  name: string;
  contents: Contents;
  found: Found;
  /** How many files its manifest names that are not there, and how many somebody still writes, by their names. */
  missing: number;
  /** Its sender says, by `READY_FILE` or a marker file beside it, that it is complete. */
  marked: boolean;
  /** The folder was filled before it got this name. */
  renamed: boolean;
  /** May it be moved? Else it belongs to somebody who lets nobody else. */
  movable: boolean;
  /** When its first file, and its last change, came; ms since 1970. */
  oldest: number;
  newest: number;
}

export type SurveySettings = Pick<BatchSettings, 'maxFiles' | 'inProgress' | 'marker'>;

/** Looks at all that waits in the drop, the oldest first. */
export async function survey(drop: string, settings: SurveySettings): Promise<Waiting[]> {
  const found: Waiting[] = [];
  for (const name of foldersOf(drop, settings).batches) found.push(...(await lookAt(drop, name, settings)));
  return found.sort((a, b) => a.oldest - b.oldest || (a.name < b.name ? -1 : 1));
}

/**
 * Folders of a drop: each holds a batch, or will. Those with the name of work in progress are left alone, unless their
 * sender says that they are complete.
 */
export function foldersOf(
  drop: string,
  { inProgress }: Pick<BatchSettings, 'inProgress'>,
): { batches: string[]; inProgress: string[] } {
  const isInProgress = inProgressFilter(inProgress);
  const names = readdirSync(drop, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  const left = names.filter((name) => isInProgress(name) && !exists(path.join(drop, name, READY_FILE)));
  return { batches: names.filter((name) => !left.includes(name)), inProgress: left };
}

/** Looks at one folder of the drop; at none when it is gone. */
export async function lookAt(drop: string, name: string, settings: SurveySettings): Promise<Waiting[]> {
  const folder = path.join(drop, name);
  try {
    const { mtimeMs, ctimeMs } = lstatSync(folder);
    const contents = await contentsOf(folder);
    const found = findManifest(folder, contents.top, settings.maxFiles);
    const times = contents.files.map(({ changed, modified }) => Math.max(changed, modified));
    const newest = times.reduce((most, time) => Math.max(most, time), Math.max(mtimeMs, ctimeMs));
    return [
      {
        name,
        contents,
        found,
        missing: found.state === 'good' ? countMissing(found.manifest.entries, contents, settings) : 0,
        marked: isMarked(drop, name, settings),
        renamed: ctimeMs > mtimeMs && newest <= ctimeMs,
        movable: isMovable(drop, folder),
        // A photo may be of 1999: when it came here is what counts.
        oldest: contents.files.reduce((least, { changed }) => Math.min(least, changed), ctimeMs),
        newest,
      },
    ];
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Does its sender say that a batch is complete? */
export function isMarked(drop: string, name: string, { marker }: Pick<BatchSettings, 'marker'>): boolean {
  return (
    exists(path.join(drop, name, READY_FILE)) ||
    (marker !== undefined && exists(path.join(drop, name + marker)))
  );
}

/** A batch whose manifest is good and whose files are all there. */
const isComplete = ({ found, missing }: Waiting) => found.state === 'good' && missing === 0;

/** One that is not complete, and to which nothing was added for `wait` ms. One without a manifest waits for ever. */
const isOverdue = (batch: Waiting, wait: number) =>
  !isComplete(batch) && batch.found.state !== 'missing' && batch.newest + wait <= Date.now();

/** Is nobody writing into it any more, as far as can be known without a second look? */
export const isReady = (batch: Waiting, { wait, marker }: Pick<BatchSettings, 'wait' | 'marker'>) =>
  batch.movable &&
  (batch.marked ||
    (marker === undefined && ((batch.renamed && isComplete(batch)) || isOverdue(batch, wait))));

/** May it be taken, perhaps after a second look? */
export const isDue = (batch: Waiting, settings: Pick<BatchSettings, 'wait' | 'marker'>) =>
  isReady(batch, settings) || (batch.movable && settings.marker === undefined && isComplete(batch));

function countMissing(
  entries: readonly { path: string | null }[],
  contents: Contents,
  { inProgress }: Pick<BatchSettings, 'inProgress'>,
): number {
  const named = entries.flatMap(({ path: file }) => (file === null ? [] : [contents.find(file)]));
  const isInProgress = inProgressFilter(inProgress);
  const growing = contents.files.filter((file) => isInProgress(file.name) && !named.includes(file));
  return named.filter((file) => file === undefined).length + growing.length;
}

const STICKY = 0o1000;

/** May we rename a folder? Its `..` changes, so we must be allowed to write into it; a sticky drop asks for more. */
function isMovable(drop: string, folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    return false;
  }
  const { mode, uid: owner } = statSync(drop);
  const own = process.getuid?.() ?? 0;
  return (mode & STICKY) === 0 || own === 0 || own === owner || own === lstatSync(folder).uid;
}
