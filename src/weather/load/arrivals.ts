import { inProgressFilter } from '../../files/in-progress.ts';
import { scan, type Arrival } from '../../files/scan.ts';
import { findMarkers, markedBy } from '../../intake/markers.ts';
import type { Formats } from '../formats/chosen-formats.ts';
import type { LoadSettings } from './load-settings.ts';
import type { ReturnedHere } from './watch-loaded.ts';

/** What waits in an inbox. */
export interface Arrivals {
  /** Files that can be loaded when nobody writes to them any more, or at once where a marker says so. */
  files: Arrival[];
  /** Names of those that have a marker. */
  marked: Set<string>;
  /** Files whose marker is not there yet. */
  unmarked: Arrival[];
  /** Markers whose files are not there. */
  alone: Arrival[];
  /** How many files have the name of work in progress. */
  inProgress: number;
}

/**
 * The files of an inbox that have one of the formats; those with the name of work in progress are left alone. `returned`: those
 * that were loaded before, and had their markers then.
 */
export async function findArrivals(
  inbox: string,
  formats: Formats,
  { inProgress: masks, marker }: Pick<LoadSettings, 'inProgress' | 'marker'>,
  returned: readonly ReturnedHere[],
): Promise<Arrivals> {
  const isInProgress = inProgressFilter(masks);
  let inProgress = 0;
  const takes = (name: string) =>
    formats.takes((marker === undefined ? undefined : markedBy(name, marker)) ?? name);
  const all = await scan(inbox, (name) => {
    if (isInProgress(name)) inProgress += 1;
    else return takes(name);
    return false;
  });
  const { files, markers, alone } = findMarkers(all, marker);
  const marked = new Set(markers.keys());
  // They came by rename, from us: that says nothing of their writers.
  const back = new Set(returned.flatMap(({ name, inode }) => `${inode} ${name}`));
  const isBack = ({ inode, name }: Arrival) => back.has(`${inode} ${name}`);
  const arrivals = files.map((file) => (isBack(file) ? { ...file, changed: file.modified } : file));
  const isReady = (file: Arrival) => marker === undefined || marked.has(file.name) || isBack(file);
  return {
    files: arrivals.filter(isReady),
    marked,
    unmarked: arrivals.filter((file) => !isReady(file)),
    alone,
    inProgress,
  };
}
