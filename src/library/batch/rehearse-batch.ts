import type { Report } from '../../task/kind.ts';
import { waitingBatches } from './poll-drop.ts';
import type { BatchSettings, Folders } from './batch-settings.ts';
import { isDue, survey } from './survey-drop.ts';

/** Tells what a run would take now, and changes nothing. */
export async function rehearse(folders: Folders, settings: BatchSettings): Promise<Report> {
  const waiting = await survey(folders.drop, settings);
  const due = waiting.filter((batch) => isDue(batch, settings));
  const entries = due.flatMap(({ found }) => (found.state === 'good' ? found.manifest.entries : []));
  const refused = due.filter(({ found }) => found.state !== 'good').length;
  const faulty = refused + entries.filter(({ fault }) => fault !== undefined).length;
  return {
    outcome: 'done',
    counts: { batches: due.length, files: entries.length, faulty },
    changed: false,
    waiting: waitingBatches(waiting, folders, settings),
    note: 'a rehearsal: nothing was taken',
  };
}
