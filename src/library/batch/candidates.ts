import path from 'node:path';
import type { FileIdentity } from '../../intake/file-identity.ts';
import type { Arrival } from '../ingest/arrival.ts';
import type { Databox } from '../model/databox.ts';
import type { Claim } from './claim-batch.ts';
import { whyMissing, type Contents } from './contents.ts';
import { destinationOf } from './batch-destination.ts';
import type { Entry, Manifest } from './manifest/manifest.ts';
import type { BatchSettings } from './batch-settings.ts';

/** A file of a batch that is there and may become a record. */
export interface Candidate {
  entry: Entry;
  arrival: Arrival;
  bytes: number;
  /** Which file it is, as it was when its reading began. */
  seen?: FileIdentity | undefined;
}

/** A file of a batch of which none can be made, and why. */
export interface Failed {
  entry: Entry;
  reason: string;
}

/** Sorts files of a manifest: those that may become records, and those that cannot, whatever their content is. */
export function sortEntries(
  entries: readonly Entry[],
  where: { claim: Claim; manifest: Manifest; contents: Contents; databox: Databox; settings: BatchSettings },
): { good: Candidate[]; failed: Failed[] } {
  const good: Candidate[] = [];
  const failed: Failed[] = [];
  for (const entry of entries) {
    const found = candidateOf(entry, where);
    if (typeof found === 'string') failed.push({ entry, reason: found });
    else good.push(found);
  }
  return { good, failed };
}

function candidateOf(
  entry: Entry,
  { claim: { folder }, manifest, contents, databox, settings }: Parameters<typeof sortEntries>[1],
): Candidate | string {
  const { path: named, name, description, fault } = entry;
  if (fault !== undefined || named === null) return fault ?? 'the manifest names no file';
  const collection = destinationOf(databox, settings, manifest, entry);
  if (typeof collection === 'string') return collection;
  const file = contents.find(named);
  if (!file) return whyMissing(folder, named);
  const { status } = settings;
  const arrival = { file: path.join(folder, file.name), name, collection, description };
  return { entry, bytes: file.bytes, arrival: { ...arrival, ...(status ? { status } : {}) } };
}

/** Cuts files into groups that are taken together. */
export function* groupsOf(
  files: readonly Candidate[],
  { groupFiles, groupBytes }: Pick<BatchSettings, 'groupFiles' | 'groupBytes'>,
): Generator<Candidate[]> {
  let group: Candidate[] = [];
  let bytes = 0;
  for (const file of files) {
    if (group.length > 0 && (group.length >= groupFiles || bytes + file.bytes > groupBytes)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(file);
    bytes += file.bytes;
  }
  if (group.length > 0) yield group;
}
