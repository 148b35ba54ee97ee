import { lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Arrival } from '../files/scan.ts';
import { findOpenForWriting } from './open-for-writing.ts';
import { stableTime } from './stability.ts';

/** Files of a folder, told apart by whether somebody is still writing them. */
export interface StableFiles {
  /** Those that can be taken, in their order. */
  stable: Arrival[];
  /** The others: they grow, are empty and may be filled yet, or … */
  growing: Arrival[];
  /** … a process of this machine has them open for writing. */
  open: Arrival[];
}

/**
 * Tells which files of a folder nobody is still writing, as far as can be known: at once of those that arrived by rename (their name changed
 * after their content did), of the others when size and time are the same after `stableFor` ms, of empty ones after twenty times
 * that; and of none that is open for writing. One wait for all; throws the signal's reason when it is aborted meanwhile.
 */
export async function findStableFiles(
  folder: string,
  arrivals: readonly Arrival[],
  stableFor: number,
  signal?: AbortSignal,
): Promise<StableFiles> {
  if (stableFor > 0 && !arrivals.every(isRenamed)) {
    await setTimeout(stableFor, undefined, signal ? { signal } : {}).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : error;
    });
  }
  const now = Date.now();
  const found: StableFiles = { stable: [], growing: [], open: [] };
  const quiet = new Set(
    arrivals.filter(
      (arrival) =>
        (isRenamed(arrival) || isUnchanged(folder, arrival)) &&
        (arrival.bytes > 0 || now - arrival.changed >= stableTime(arrival, stableFor)),
    ),
  );
  const open = await openAmong(folder, [...quiet]);
  for (const arrival of arrivals) {
    if (!quiet.has(arrival)) found.growing.push(arrival);
    else if (open.has(arrival.name)) found.open.push(arrival);
    else found.stable.push(arrival);
  }
  return found;
}

/** Names of those files of a folder that a process of this machine has open for writing. */
export async function openAmong(
  folder: string,
  files: readonly { name: string; inode: number | bigint }[],
): Promise<Set<string>> {
  if (files.length === 0) return new Set();
  const real = realpathSync(folder);
  const nameOf = new Map(files.map(({ name }) => [path.join(real, name), name]));
  const open = await findOpenForWriting(
    files.map(({ name, inode }) => ({ path: path.join(real, name), inode })),
  );
  return new Set([...open.files].map((file) => nameOf.get(file)!));
}

function isRenamed({ changed, modified }: Arrival): boolean {
  return changed > modified;
}

function isUnchanged(folder: string, { name, bytes, modified, inode }: Arrival): boolean {
  const now = lstatSync(path.join(folder, name), { throwIfNoEntry: false });
  return now?.isFile() === true && now.size === bytes && now.mtimeMs === modified && now.ino === inode;
}
