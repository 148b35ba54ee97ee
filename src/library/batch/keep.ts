import { setTimeout } from 'node:timers/promises';
import { sha256 } from '../../files/move.ts';
import { messageOf, PermanentError } from '../../task/errors.ts';
import type { Prepared } from '../ingest/arrival.ts';
import { isPrepared, prepare, type IngestContext } from '../ingest/prepare.ts';
import { ChangedWhileRead } from '../originals/copy.ts';
import type { Candidate, Failed } from './candidates.ts';

/** Files that are kept and known, by their entries in the manifest, and those that could not be. */
export interface Kept {
  prepared: readonly { candidate: Candidate; prepared: Prepared }[];
  failed: readonly Failed[];
}

/** Looks at a file that somebody writes to, and ms between them. */
const READINGS = 3;
const BETWEEN_LOOKS = 1_000;

/**
 * Keeps the originals of files, and reads what is embedded in them. Throws when the storage fails, or the signal is
 * aborted; a file that cannot be read, or is not what the manifest says, is a failed one.
 */
export async function keep(
  context: IngestContext,
  files: readonly Candidate[],
  signal: AbortSignal,
  reading = 1,
): Promise<Kept> {
  const arrivals = files.map(({ arrival }) => arrival);
  const kept: { prepared: Kept['prepared'][number][]; failed: Failed[] } = { prepared: [], failed: [] };
  const again: Candidate[] = [];
  for (const [at, each] of (await prepare(context, arrivals, signal)).entries()) {
    const candidate = files[at]!;
    const { entry, arrival } = candidate;
    if (isPrepared(each)) {
      const { sha256: hash } = each.original;
      if (entry.sha256 === undefined || entry.sha256 === hash)
        kept.prepared.push({ candidate, prepared: each });
      else kept.failed.push({ entry, reason: `its SHA-256 is ${hash}; the manifest says ${entry.sha256}` });
    } else if (each.error instanceof ChangedWhileRead && reading < READINGS) again.push(candidate);
    else kept.failed.push({ entry, reason: await blame(arrival.file, each.error) });
  }
  if (again.length === 0) return kept;
  await setTimeout(BETWEEN_LOOKS, undefined, { signal });
  const late = await keep(context, again, signal, reading + 1);
  return { prepared: [...kept.prepared, ...late.prepared], failed: [...kept.failed, ...late.failed] };
}

/** Why a file could not be kept. Throws the error when it is the storage's, or ours: then no other one could be. */
async function blame(file: string, error: unknown): Promise<string> {
  if (error instanceof PermanentError) throw error;
  if (error instanceof ChangedWhileRead) return 'somebody is still writing to it';
  try {
    await sha256(file);
  } catch (own) {
    return `it cannot be read: ${messageOf(own)}`;
  }
  throw error;
}
