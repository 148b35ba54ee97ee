import path from 'node:path';
import type { TargetNames } from '../../intake/target-names.ts';
import { sidecarBeside } from '../files/final-path.ts';
import type { SidecarKind } from '../files/final-path.ts';
import { writeLocal } from '../local-time.ts';
import type { Problem } from '../../task/incident.ts';
import type { ReadFile } from './load-input.ts';
import type { Reading } from './reading.ts';
import { nameOf, type Folders } from './load-settings.ts';
import type { FileState, LedgerRow } from './write.ts';

/** What becomes of a file once its observations are judged. */
export interface FileOutcome {
  state: FileState;
  /** Final path, absolute; null in a rehearsal. */
  target: string | null;
  ledger: LedgerRow;
  reading: Reading;
  incident?: Problem;
  /** The report to stand beside the file. */
  report?: { kind: SidecarKind; text: string };
}

/** Decides the state, the final place and the reports of a file. `targetNames` is absent in a rehearsal. */
export function decideOutcome(
  file: ReadFile,
  id: number,
  run: string,
  folders: Folders,
  targetNames: TargetNames | undefined,
): FileOutcome {
  const { reading } = file;
  const good = reading.loaded + reading.replaced + reading.skipped + reading.stored;
  if (!reading.failure && reading.rejected > 0 && good === 0) {
    reading.failure = {
      what: 'all-refused',
      reason: `nothing of the file could be loaded: ${reading.rejected} refused; first: ${reading.rejects[0]!.message}`,
    };
  }
  const state: FileState = reading.failure ? 'failed' : reading.rejected > 0 ? 'partial' : 'loaded';
  const target =
    targetNames?.choose(path.join(folderOf(file, state, folders), path.basename(file.name))) ?? null;
  const finalPath = target === null ? null : nameOf(folders, target);
  const ledger: LedgerRow = {
    id,
    claim: file.claim,
    name: file.name,
    sha256: file.sha256,
    bytes: file.bytes,
    station: reading.code ?? null,
    state,
    loaded: reading.loaded,
    skipped: reading.skipped,
    replaced: reading.replaced,
    rejected: reading.rejected,
    doubtful: reading.doubtful,
    aggregates: reading.stored,
    unknown: reading.unknown,
    finalPath,
  };
  if (state === 'loaded') return { state, target, ledger, reading };

  const kind: SidecarKind = state === 'failed' ? 'error' : 'rejects';
  const reason =
    reading.failure?.reason ??
    `${reading.rejected} of ${good + reading.rejected} refused, the others are loaded; first: ` +
      `${reading.rejects[0]!.message}${finalPath === null ? '' : `; all in ${sidecarBeside(finalPath, kind)}`}`;
  return {
    state,
    target,
    ledger,
    reading,
    incident: {
      subject: finalPath ?? file.name,
      details: { file: id, station: reading.code ?? null },
      // Only a refused file can be put back; of the others the rest is loaded.
      ...(state === 'failed' || finalPath === null ? {} : { mend: 'regie incidents close {id}' }),
      what: reading.failure?.what ?? 'items-refused',
      reason: state === 'failed' ? `${file.name}: ${reason}` : reason,
    },
    report: {
      kind,
      text: JSON.stringify(
        {
          file: file.name,
          at: new Date().toISOString(),
          run,
          station: reading.code,
          ...(reading.failure ? { what: reading.failure.what, reason } : {}),
          ...(reading.failure?.position ? { position: reading.failure.position } : {}),
          loaded: reading.loaded,
          replaced: reading.replaced,
          skipped: reading.skipped,
          aggregates: reading.stored,
          rejected: reading.rejected,
          rejects: reading.rejects,
        },
        undefined,
        2,
      ),
    },
  };
}

/** `archive/<station or several>/<yyyy>/<mm>` of the file's last stop, or `failed/<station or unknown>`. */
function folderOf({ reading }: ReadFile, state: FileState, folders: Folders): string {
  const code = reading.station?.code;
  if (state === 'failed') return path.join(folders.failed, code === undefined ? 'unknown' : folderName(code));
  const local = Number.isNaN(reading.lastLocal) ? Date.now() : reading.lastLocal;
  const [year, month] = writeLocal(local).split('-') as [string, string];
  const folder = reading.several ? 'several' : folderName(code ?? 'unknown');
  return path.join(folders.archive, folder, year, month);
}

/** A station's code as the name of a folder; codes come from outside. */
function folderName(code: string): string {
  return encodeURIComponent(code).replace(/^\.+/, (dots) => dots.replaceAll('.', '%2E'));
}
