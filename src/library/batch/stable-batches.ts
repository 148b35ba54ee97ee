import { findStableFiles, openAmong } from '../../intake/stable-files.ts';
import type { Waiting } from './survey-drop.ts';

/** Files of batches, by their paths below the drop. */
const filesOf = (batches: readonly Waiting[]) =>
  batches.flatMap(({ name, contents }) =>
    contents.files.map((file) => ({ ...file, name: `${name}/${file.name}` })),
  );

const isWholly = (batch: Waiting, names: ReadonlySet<string>) =>
  batch.contents.files.every((file) => names.has(`${batch.name}/${file.name}`));

/**
 * Those of some complete batches to whose files nobody is writing: sizes and times are the same after `stableFor` ms, and
 * no program of this machine has one open for writing. One wait for all; throws the signal's reason when it is aborted meanwhile.
 */
export async function stableBatches(
  drop: string,
  batches: readonly Waiting[],
  stableFor: number,
  signal: AbortSignal,
): Promise<Waiting[]> {
  const { stable } = await findStableFiles(drop, filesOf(batches), stableFor, signal);
  const names = new Set(stable.map(({ name }) => name));
  return batches.filter((batch) => isWholly(batch, names));
}

/** Those of some batches of which no program of this machine has a file open for writing; all of which their senders say so. */
export async function closedBatches(drop: string, batches: readonly Waiting[]): Promise<Waiting[]> {
  const open = await openAmong(drop, filesOf(batches.filter(({ marked }) => !marked)));
  return batches.filter(
    ({ name, contents }) => !contents.files.some((file) => open.has(`${name}/${file.name}`)),
  );
}
