import path from 'node:path';
import type { Arrival, Prepared } from '../ingest/arrival.ts';
import { isPrepared, prepare, type IngestContext } from '../ingest/prepare.ts';
import { ChangedWhileRead } from '../originals/copy.ts';
import { isGone } from '../../files/scan.ts';
import { describeUnit, type DescribeContext } from './describe-unit.ts';
import type { Refusal, Take, Unit } from './plan.ts';
import { storageFault } from './storage-fault.ts';
import { identify, isSame } from '../../intake/file-identity.ts';
import type { Seen } from './tree.ts';

/** A take whose file is kept and known. */
export interface ReadyTake extends Take {
  prepared: Prepared;
}

/** A unit whose slow part is done. */
export interface ReadyUnit extends Omit<Unit, 'takes' | 'refuses'> {
  takes: ReadyTake[];
  refuses: Refusal[];
  /** Files whose reading failed: tried again later. */
  failed: (Take & { error: unknown })[];
}

export interface GroupContext extends IngestContext, DescribeContext {
  /** The storage's folder. */
  storage: string;
}

/**
 * The slow part of a group: its descriptions are read, its files kept and looked into. A unit of which a file changed
 * meanwhile is left out: it is taken when it is quiet. Throws when the storage is at fault, and the signal's reason.
 */
export async function prepareGroup(
  context: GroupContext,
  units: readonly Unit[],
  signal: AbortSignal,
): Promise<ReadyUnit[]> {
  const described = units.flatMap((unit) => describeUnit(context, unit) ?? []);
  const arrivals = described.flatMap(({ takes }) => takes.map(({ arrival }) => arrival));
  const prepared = new Map<Arrival, Prepared>();
  const errors = new Map<Arrival, unknown>();
  for (const each of await prepare(context, arrivals, signal)) {
    if (isPrepared(each)) prepared.set(each.arrival, each);
    else errors.set(each.arrival, storageFault(each.error, context.storage));
  }
  return described.flatMap(({ takes, ...unit }): ReadyUnit[] => {
    const failures = takes.flatMap(({ arrival, ...take }) =>
      errors.has(arrival) ? { ...take, error: errors.get(arrival) } : [],
    );
    const files = takes.flatMap(({ file, sidecar }) => (sidecar ? [file, sidecar] : [file]));
    if (failures.some(({ error }) => isMoving(error))) return [];
    // What was kept must be what was seen: nobody may have put another file, or a link, in its place.
    if (!files.every((file) => isAsSeen(context.hotfolder, file))) return [];
    return [
      {
        ...unit,
        takes: takes.flatMap(({ file, sidecar, arrival }) => {
          const found = prepared.get(arrival);
          return found ? { file, ...(sidecar ? { sidecar } : {}), prepared: found } : [];
        }),
        failed: [...unit.failed, ...failures],
      },
    ];
  });
}

/** Did the file change, or go, while it was read? */
function isMoving(error: unknown): boolean {
  return error instanceof ChangedWhileRead || isGone(error);
}

function isAsSeen(hotfolder: string, file: Seen): boolean {
  const now = identify(path.join(hotfolder, file.path));
  return now !== undefined && isSame(now, file);
}
