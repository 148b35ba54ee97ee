import path from 'node:path';
import { mkdirSync } from 'node:fs';
import { mebibytes, median, percent, rate, seconds } from '../../numbers.ts';
import type { Sizes } from '../../options.ts';
import type { Section } from '../../report.ts';
import { contestants, emptyFolder } from './contestants.ts';
import { makeSets, type FileSet } from './files.ts';

interface Place {
  /** Temporary, on the disk that PostgreSQL writes to as well. */
  folder: string;
  signal: AbortSignal;
}

/** The archive task beside `cp` and `sha256sum` of the same files; a section for each set of files. */
export async function* measureArchive(
  { archive, repeat }: Pick<Sizes, 'archive' | 'repeat'>,
  { folder, signal }: Place,
  say: (line: string) => void,
): AsyncGenerator<Section> {
  const home = path.join(folder, 'archive');
  mkdirSync(home);
  for (const set of await makeSets(home, archive)) {
    const found = new Map<string, number[]>();
    for (let round = 0; round < repeat; round += 1) {
      say(`archive, ${set.name}: round ${round + 1} of ${repeat}`);
      // Each comes first, second and last in turn.
      for (const [who, keep] of rotate([...contestants], round)) {
        signal.throwIfAborted();
        const ms = await keep(set, emptyFolder(path.join(home, 'work')), signal);
        found.set(who, [...(found.get(who) ?? []), ms]);
      }
    }
    yield describe(set, found, repeat);
  }
}

function rotate<T>(all: readonly T[], by: number): T[] {
  const at = by % all.length;
  return [...all.slice(at), ...all.slice(0, at)];
}

function describe(set: FileSet, found: ReadonlyMap<string, number[]>, repeat: number): Section {
  const [shell] = [...contestants.keys()];
  const bare = median(found.get(shell!)!);
  return {
    title: `Archive: ${set.name} (${mebibytes(set.bytes)})`,
    head: ['', 'files/s', 'MB/s', 'time', 'of cp and sha256sum'],
    rows: [...contestants.keys()].map((who) => {
      const ms = median(found.get(who)!);
      const s = ms / 1_000;
      return [
        who,
        rate(set.files / s),
        rate(set.bytes / 1e6 / s),
        seconds(ms),
        who === shell ? '' : percent(bare / ms),
      ];
    }),
    notes: [
      `Median of ${repeat}, in turns. The archive in a process that runs already, without its stable delay; with what a shell does ` +
        'not do: each copy read back and compared, fsync of files and folders, rows in PostgreSQL, the files moved to _archived.',
    ],
    data: { set, ms: Object.fromEntries(found) },
  };
}
