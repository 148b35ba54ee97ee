import path from 'node:path';
import { exists, FolderMaker, linkExclusive, remove, withSuffix } from '../../files/move.ts';
import { shorten } from '../../files/short-name.ts';

/** What goes beside a file: the report of what was refused of it. */
export type SidecarKind = 'rejects' | 'error';

const MOST_SUFFIXES = 100_000;

/** The report beside `file`: `day.json.rejects.json`. */
export function sidecarBeside(file: string, kind: SidecarKind): string {
  return `${file}.${kind}.json`;
}

/**
 * Chooses where files go, before the move: the ledger is written in between. A name is free when nothing has
 * it, neither as a file nor as the report of one, and nobody chose it before.
 */
export class TargetNames {
  private readonly chosen = new Set<string>();

  /** A free path for `name` in `folder`. */
  choose(folder: string, name: string): string {
    const short = shorten(name);
    for (let n = 0; n < MOST_SUFFIXES; n += 1) {
      const target = path.join(folder, withSuffix(short, n));
      if (this.chosen.has(target) || !isFree(target)) continue;
      this.chosen.add(target);
      return target;
    }
    throw new Error(`${folder} holds ${MOST_SUFFIXES} files named ${name}; expected fewer: clear it out`);
  }
}

function isFree(target: string): boolean {
  return (
    !exists(target) && !exists(sidecarBeside(target, 'rejects')) && !exists(sidecarBeside(target, 'error'))
  );
}

export interface Move {
  source: string;
  /** Where the ledger says that the file goes. */
  target: string;
  /** The report that goes with it. */
  sidecar?: { source: string; kind: SidecarKind } | undefined;
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
  remove(move.source);
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
