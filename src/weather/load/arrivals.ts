import { inProgressFilter } from '../../files/in-progress.ts';
import { scan, type Arrival } from '../../files/scan.ts';
import type { Formats } from '../formats/formats.ts';
import type { LoadSettings } from './settings.ts';

/** What waits in an inbox. */
export interface Arrivals {
  files: Arrival[];
  /** How many files have the name of work in progress. */
  inProgress: number;
}

/** The files of an inbox that have one of the formats; those with the name of work in progress are left alone. */
export async function findArrivals(
  inbox: string,
  formats: Formats,
  settings: Pick<LoadSettings, 'inProgress'>,
): Promise<Arrivals> {
  const isInProgress = inProgressFilter(settings.inProgress);
  let inProgress = 0;
  const files = await scan(inbox, (name) => {
    if (isInProgress(name)) inProgress += 1;
    else return formats.takes(name);
    return false;
  });
  return { files, inProgress };
}
