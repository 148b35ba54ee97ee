import path from 'node:path';
import { exists, withSuffix } from '../../files/move.ts';
import { shorten } from '../../files/short-name.ts';

const MOST_SUFFIXES = 100_000;

/** The reason beside a refused file: `photo.jpg.error.json`. */
export function reportBeside(file: string): string {
  return `${file}.error.json`;
}

/**
 * Chooses where files go, before they are moved: the ledger is written in between. A name is free when nothing has it,
 * neither as a file nor as a report beside one, and nobody chose it before.
 */
export class TargetNames {
  private readonly chosen = new Set<string>();

  /** Free paths for files that belong together, with the same suffix: a file and what describes it. */
  choose(files: readonly string[]): string[] {
    const short = files.map((file) => path.join(path.dirname(file), shorten(path.basename(file))));
    for (let n = 0; n < MOST_SUFFIXES; n += 1) {
      const targets = short.map((file) => path.join(path.dirname(file), withSuffix(path.basename(file), n)));
      if (!targets.every((target) => this.isFree(target))) continue;
      for (const target of targets) {
        this.chosen.add(target);
        this.chosen.add(reportBeside(target));
      }
      return targets;
    }
    throw new Error(
      `${path.dirname(short[0]!)} holds ${MOST_SUFFIXES} files named ${path.basename(short[0]!)}; expected fewer: clear it out`,
    );
  }

  private isFree(target: string): boolean {
    return [target, reportBeside(target)].every((file) => !this.chosen.has(file) && !exists(file));
  }
}
