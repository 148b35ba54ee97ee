import path from 'node:path';
import type { Arrival, Prepared } from '../ingest/arrival.ts';
import { isPrepared, prepare, type IngestContext } from '../ingest/prepare.ts';
import { readSidecar } from '../ingest/sidecar.ts';
import { ChangedWhileRead } from '../originals/store.ts';
import { isGone } from '../../files/scan.ts';
import { XmlFault } from '../xml/read.ts';
import type { Refusal, Take, Unit } from './plan.ts';
import type { ArchiveSettings } from './settings.ts';
import { readSmallFile } from './special.ts';
import { storageFault } from './storage-fault.ts';
import { identify, isSame, type Seen } from './tree.ts';

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

export interface GroupContext extends IngestContext {
  hotfolder: string;
  /** The storage's folder. */
  storage: string;
  settings: Pick<ArchiveSettings, 'status'>;
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
  const described = units.flatMap((unit) => describe(context, unit) ?? []);
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

interface Described extends Omit<ReadyUnit, 'takes'> {
  takes: (Take & { arrival: Arrival })[];
}

/** Reads what describes the files of a unit. A description that is no good takes its files along. */
function describe(context: GroupContext, { takes, refuses, ...unit }: Unit): Described | undefined {
  const { hotfolder, settings } = context;
  const read = (file: Seen) => readSidecar(readSmallFile(path.join(hotfolder, file.path)), file.path);
  const described: Described = { ...unit, takes: [], refuses: [...refuses], failed: [] };
  const faults = new Map<Seen, string>();
  for (const take of takes) {
    const { file, sidecar } = take;
    const arrival: Arrival = {
      file: path.join(hotfolder, file.path),
      name: file.name,
      collection: unit.collection,
      ...(settings.status ? { status: settings.status } : {}),
    };
    try {
      if (sidecar && !faults.has(sidecar)) arrival.description = read(sidecar);
    } catch (error) {
      if (isGone(error)) return undefined;
      if (!(error instanceof XmlFault)) {
        described.failed.push({ file: sidecar!, error }, { ...take, error });
        continue;
      }
      faults.set(sidecar!, error.message);
      described.refuses.push({ file: sidecar!, what: 'bad-sidecar', reason: error.message });
    }
    const fault = sidecar && faults.get(sidecar);
    if (fault === undefined) described.takes.push({ ...take, arrival });
    else
      described.refuses.push({ file, what: 'bad-sidecar', reason: `what describes it is no good: ${fault}` });
  }
  const { story } = unit;
  // A story that is there already has its fields.
  if (story?.caption && story.id === undefined) {
    try {
      story.said ??= { description: read(story.caption) };
    } catch (error) {
      if (isGone(error)) return undefined;
      if (!(error instanceof XmlFault)) throw error;
      story.said = { fault: error.message };
    }
  }
  return described;
}
