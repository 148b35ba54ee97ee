import path from 'node:path';
import { isGone } from '../../files/scan.ts';
import type { Arrival, Description } from '../ingest/arrival.ts';
import { readSidecar } from '../ingest/sidecar.ts';
import { XmlFault } from '../xml/read-xml.ts';
import type { PlanContext, Refusal, Take, Unit } from './plan.ts';
import type { ArchiveSettings } from './archive-settings.ts';
import { readSmallFile } from './special.ts';
import type { Seen } from './tree.ts';

export interface DescribeContext extends Pick<PlanContext, 'hotfolder' | 'rules'> {
  settings: Pick<ArchiveSettings, 'status'>;
}

/** A unit whose descriptions are read. */
export interface DescribedUnit extends Omit<Unit, 'takes'> {
  takes: (Take & { arrival: Arrival })[];
  /** Files of which a description could not be read. */
  failed: (Take & { error: unknown })[];
}

/** Reads what describes the files of a unit. A description that is no good takes its files along. Undefined when one is gone. */
export function describeUnit(context: DescribeContext, unit: Unit): DescribedUnit | undefined {
  const { takes, ...rest } = withLone(context, unit);
  const described: DescribedUnit = { ...rest, takes: [], refuses: [...rest.refuses], failed: [] };
  const read = new Map<Seen, Description | XmlFault>();
  for (const take of takes) {
    const { file, sidecar } = take;
    if (!sidecar) {
      described.takes.push({ ...take, arrival: toArrival(context, unit, file) });
      continue;
    }
    try {
      if (!read.has(sidecar)) read.set(sidecar, readSidecar(bytesOf(context, sidecar), sidecar.path));
    } catch (error) {
      if (isGone(error)) return undefined;
      if (!(error instanceof XmlFault)) {
        described.failed.push({ file: sidecar, error }, { ...take, error });
        continue;
      }
      read.set(sidecar, error);
      described.refuses.push({ file: sidecar, what: 'bad-sidecar', reason: error.message });
    }
    const said = read.get(sidecar)!;
    if (said instanceof XmlFault)
      described.refuses.push({
        file,
        what: 'bad-sidecar',
        reason: `its description cannot be used: ${said.message}`,
      });
    else described.takes.push({ ...take, arrival: { ...toArrival(context, unit, file), description: said } });
  }
  return described;
}

/** An XML file that describes nothing is refused; without rules one that is no description is a file like any other. */
function withLone(context: DescribeContext, { lone, ...unit }: Unit): Unit {
  if (!lone) return unit;
  if (!isDescription(lone, context)) return { ...unit, takes: [{ file: lone }] };
  const refusal: Refusal = {
    file: lone,
    what: 'lone-description',
    reason: 'it describes no file that is here, and the one that it describes did not come',
  };
  return { ...unit, refuses: [refusal] };
}

/** With rules an XML file that none takes can only be a description; without, it must look like one. */
export function isDescription(file: Seen, context: Pick<DescribeContext, 'hotfolder' | 'rules'>): boolean {
  if (!context.rules.takesAll) return true;
  try {
    readSidecar(bytesOf(context, file), file.path);
    return true;
  } catch {
    return false;
  }
}

function bytesOf({ hotfolder }: Pick<DescribeContext, 'hotfolder'>, file: Seen): Uint8Array {
  return readSmallFile(path.join(hotfolder, file.path));
}

function toArrival({ hotfolder, settings }: DescribeContext, { collection }: Unit, file: Seen): Arrival {
  return {
    file: path.join(hotfolder, file.path),
    name: file.name,
    collection,
    ...(settings.status ? { status: settings.status } : {}),
  };
}
