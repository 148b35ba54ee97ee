import { stableFiles } from '../../files/scan.ts';
import type { Waiting } from './survey.ts';

/**
 * Those of some complete batches to whose files nobody is writing: sizes and times are the same after `stableFor` ms. One
 * wait for all; throws the signal's reason when it is aborted meanwhile.
 */
export async function stableBatches(
  drop: string,
  batches: readonly Waiting[],
  stableFor: number,
  signal: AbortSignal,
): Promise<Waiting[]> {
  const files = batches.flatMap(({ name, contents }) =>
    contents.files.map((file) => ({ ...file, name: `${name}/${file.name}` })),
  );
  const still = new Set((await stableFiles(drop, files, stableFor, signal)).map(({ name }) => name));
  return batches.filter(({ name, contents }) =>
    contents.files.every((file) => still.has(`${name}/${file.name}`)),
  );
}
