import type { Poll, TaskContext } from '../../task/kind.ts';
import type { Waiting } from '../../task/status.ts';
import { findCollection, readDatabox } from '../model/databox.ts';
import { storageFolder } from '../library-settings.ts';
import { prepareFolders } from './archive-folders.ts';
import { readPending } from './intake.ts';
import { readCurrent, type CurrentIncident } from '../../incidents/read-incidents.ts';
import { SeenFiles } from './seen-files.ts';
import { FAULTS } from './plan.ts';
import { Rules } from './rules/match.ts';
import { archiveFolders, type ArchiveSettings } from './archive-settings.ts';
import { survey, whatHolds, type Survey } from './survey-hotfolder.ts';
import { waitingFiles } from './waiting-files.ts';
import { readReturnedHere, settleTaken } from './watch.ts';
import { librarySection } from '../library-settings.ts';

/**
 * Is there a file to take, one that was not seen before, or something that a dead run left behind? A file that was seen
 * and is not the same for long enough yet is none.
 */
export async function poll(ctx: TaskContext<ArchiveSettings>): Promise<Poll> {
  const found = await lookInto(ctx);
  return found.work || found.blockedBy !== undefined ? found : { ...found, work: await settleTaken(ctx) };
}

/** What waits in a hotfolder; changes nothing. */
export async function waitingIn(ctx: TaskContext<ArchiveSettings>): Promise<Waiting[]> {
  return (await lookInto(ctx)).waiting ?? [];
}

async function lookInto(ctx: TaskContext<ArchiveSettings>): Promise<Poll> {
  const { db, task, settings, config } = ctx;
  const { hotfolder, ...folders } = archiveFolders(config.root, settings);
  const blockedBy = prepareFolders(
    { hotfolder, ...folders },
    storageFolder(config.root, librarySection.of(config)),
  );
  if (blockedBy !== undefined) return { work: false, blockedBy };
  const pending = await readPending(db, task);
  const databox = await readDatabox(db, settings.databox);
  const collection = databox && findCollection(databox, settings.collection);
  // The run makes it, or says what is wrong.
  if (!collection) return { work: true };
  const seen = await SeenFiles.read(db, task);
  const incidents = await readCurrent(db, task);
  const taken = new Map(pending.map((row) => [row.path, row]));
  const rules = new Rules(settings.rules);
  const where = { hotfolder, databox, collection };
  const returned = await readReturnedHere(db, task, hotfolder);
  const found = await survey(db, { ...settings, ...where, rules, seen, incidents, taken, returned });
  const waiting = waitingFiles(found);
  const holds = whatHolds(found, hotfolder);
  if (holds !== undefined && pending.length === 0) return { work: false, blockedBy: holds, waiting };
  const soon = found.young.length > 0 && (seen.hasNews || found.wait !== null);
  const work = pending.length > 0 || found.ready.length > 0 || soon || hasNewFaults(found, incidents);
  return { work, waiting };
}

/** Is there a fault without an incident, or an incident whose fault is mended? */
function hasNewFaults({ faults }: Survey, incidents: ReadonlyMap<string, CurrentIncident>): boolean {
  const written = [...incidents.values()].filter(({ what }) => FAULTS.some((each) => each === what));
  return (
    faults.length !== written.length || faults.some(({ path, what }) => incidents.get(path)?.what !== what)
  );
}
