import path from 'node:path';
import { exists, withSuffix } from '../files/move.ts';
import { shorten } from '../files/short-name.ts';

const MOST_SUFFIXES = 100_000;

/**
 * Chooses where files go, before they are moved: the ledger is written in between. A name is free when nothing has it,
 * neither as a file nor as a report beside one, and nobody chose it before.
 */
export class TargetNames {
  private readonly chosen = new Set<string>();
  private readonly reports: readonly string[];

  /** `reports`: endings of what may stand beside a file, such as `.error.json`. */
  constructor(reports: readonly string[] = []) {
    this.reports = reports;
  }

  /** A free path for a file: the one it is given, else with `~1`, `~2` … before its extension. */
  choose(file: string): string {
    return this.chooseTogether([file])[0]!;
  }

  /** Free paths for files that belong together, with the same suffix: a file and what describes it. */
  chooseTogether(files: readonly string[]): string[] {
    const short = files.map((file) => path.join(path.dirname(file), shorten(path.basename(file))));
    for (let n = 0; n < MOST_SUFFIXES; n += 1) {
      const targets = short.map((file) => path.join(path.dirname(file), withSuffix(path.basename(file), n)));
      const names = targets.flatMap((target) => [target, ...this.reports.map((report) => target + report)]);
      if (names.some((name) => this.chosen.has(name) || exists(name))) continue;
      for (const name of names) this.chosen.add(name);
      return targets;
    }
    throw full(short[0]!);
  }
}

/** A path that nothing has for a folder: the one it is given, else with `~1`, `~2` … Names of folders have no extension to keep. */
export function freeFolderName(folder: string): string {
  for (let n = 0; n < MOST_SUFFIXES; n += 1) {
    const target = n === 0 ? folder : `${folder}~${n}`;
    if (!exists(target)) return target;
  }
  throw full(folder);
}

function full(file: string): Error {
  return new Error(
    `${path.dirname(file)} holds ${MOST_SUFFIXES} files named ${path.basename(file)}; expected fewer: clear it out`,
  );
}
