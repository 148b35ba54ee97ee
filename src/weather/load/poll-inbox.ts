import type { Poll, TaskContext } from '../../task/kind.ts';
import type { Waiting } from '../../task/status.ts';
import { listClaims } from '../files/claim-file.ts';
import { waitingInProgress } from '../../files/in-progress.ts';
import { Formats } from '../formats/chosen-formats.ts';
import { staleStations } from '../quality/renew.ts';
import type { Arrival } from '../../files/scan.ts';
import { findArrivals, type Arrivals } from './arrivals.ts';
import { prepareFolders } from './inbox-folders.ts';
import { loadFolders, type LoadSettings } from './load-settings.ts';
import { weatherSection } from '../weather-settings.ts';
import { readReturnedHere, concludeLoaded } from './watch-loaded.ts';

/** Is there a file to load, one that a dead run left behind, or a station whose limits changed? */
export async function poll(ctx: TaskContext<LoadSettings>): Promise<Poll> {
  const found = await lookInto(ctx);
  if (found.work || found.blockedBy !== undefined) return found;
  return { ...found, work: await concludeLoaded(ctx, loadFolders(ctx.config.root, ctx.settings)) };
}

/** What waits in an inbox; changes nothing. */
export async function waitingIn(ctx: TaskContext<LoadSettings>): Promise<Waiting[]> {
  return (await lookInto(ctx)).waiting ?? [];
}

async function lookInto(ctx: TaskContext<LoadSettings>): Promise<Poll> {
  const folders = loadFolders(ctx.config.root, ctx.settings);
  const blockedBy = prepareFolders(folders);
  if (blockedBy !== undefined) return { work: false, blockedBy };
  const weather = weatherSection.of(ctx.config);
  const formats = new Formats(ctx.settings.formats, weather.formats);
  const returned = await readReturnedHere(ctx.db, ctx.task, folders);
  const arrivals = await findArrivals(folders.inbox, formats, ctx.settings, returned);
  const stale = await staleStations(ctx.db, weather);
  const work = arrivals.files.length > 0 || listClaims(folders.work).length > 0 || stale.length > 0;
  const recheck = stale.length > 0 ? [{ what: 'stations with other limits', count: stale.length }] : [];
  return { work, waiting: [...waitingFiles(arrivals), ...recheck] };
}

/** Files in the inbox, as status shows them. */
export function waitingFiles({ files, unmarked, alone, inProgress }: Arrivals): Waiting[] {
  return [
    ...waitingAs('files', files),
    ...waitingAs('files without a marker', unmarked),
    ...waitingAs('markers without a file', alone),
    ...waitingInProgress(inProgress),
  ];
}

function waitingAs(what: string, files: readonly Arrival[]): Waiting[] {
  if (files.length === 0) return [];
  const oldest = files.reduce((least, { modified }) => Math.min(least, modified), Infinity);
  return [{ what, count: files.length, oldest: new Date(oldest).toISOString() }];
}
