import { waitingInProgress } from '../../files/in-progress.ts';
import type { Waiting } from '../../task/status.ts';
import { filesOf, type Unit } from './plan.ts';
import type { Survey } from './survey-hotfolder.ts';

/** Files of a hotfolder, as status shows them. */
export function waitingFiles({
  waiting: files,
  inProgress,
}: Pick<Survey, 'waiting' | 'inProgress'>): Waiting[] {
  const others = waitingInProgress(inProgress);
  if (files.length === 0) return others;
  const oldest = files.reduce((least, { mtimeNs }) => (mtimeNs < least ? mtimeNs : least), files[0]!.mtimeNs);
  return [
    { what: 'files', count: files.length, oldest: new Date(Number(oldest / 1_000_000n)).toISOString() },
    ...others,
  ];
}

/** How many files some units have. */
export function filesIn(units: readonly Unit[]): number {
  return units.reduce((sum, unit) => sum + filesOf(unit).length, 0);
}
