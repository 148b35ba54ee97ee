import path from 'node:path';
import { exists, FolderMaker, linkExclusive, remove, withSuffix } from '../../files/move.ts';

/** What goes beside a file: the report of what was refused of it. */
export type SidecarKind = 'rejects' | 'error';

/** The report beside `file`: `day.json.rejects.json`. */
export function sidecarBeside(file: string, kind: SidecarKind): string {
  return `${file}.${kind}.json`;
}

/** The endings of the reports that may stand beside a file. */
export const REPORTS = [sidecarBeside('', 'rejects'), sidecarBeside('', 'error')];

export interface Move {
  source: string;
  /** Where the ledger says that the file goes. */
  target: string;
  /** The report that goes with it. */
  sidecar?: { source: string; kind: SidecarKind } | undefined;
  /** Ends the source, once the file is at its final path; it is removed when left out. */
  release?: ((target: string) => Promise<void>) | undefined;
}

/**
 * Moves a file to its final path, with its report; never over another file. Safe to repeat after a crash: the
 * source is removed last. When the name was taken meanwhile, `renamed` is told the new path before the
 * source goes. A source that is gone has been moved before.
 */
export async function moveToFinalPath(
  move: Move,
  folders: FolderMaker,
  renamed: (target: string) => Promise<void>,
): Promise<void> {
  if (!exists(move.source)) return;
  const folder = path.dirname(move.target);
  const name = path.basename(move.target);
  folders.make(folder);
  let target = move.target;
  for (let n = 1; !(await placeBoth(move, target)); n += 1) target = path.join(folder, withSuffix(name, n));
  if (target !== move.target) await renamed(target);
  if (move.sidecar) remove(move.sidecar.source);
  if (move.release) await move.release(target);
  else remove(move.source);
}

/** The report first: the file in work/ is what a restart goes by. */
async function placeBoth({ source, sidecar }: Move, target: string): Promise<boolean> {
  const report = sidecar && exists(sidecar.source) ? sidecarBeside(target, sidecar.kind) : undefined;
  if (report !== undefined && (await linkExclusive(sidecar!.source, report)) === 'taken') return false;
  if ((await linkExclusive(source, target)) === 'linked') return true;
  if (report !== undefined) await takeBack(report, sidecar!.source);
  return false;
}

async function takeBack(report: string, source: string): Promise<void> {
  // Gone where the report could only be renamed.
  if (!exists(source)) await linkExclusive(report, source);
  remove(report);
}
