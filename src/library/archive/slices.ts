import type { Unit } from './plan.ts';

/** How much one transaction takes. */
export interface Limits {
  groupFiles: number;
  groupBytes: number;
}

/** Groups of units, each small enough for one transaction; a large story is cut into several of its own. */
export function* groupsOf(units: readonly Unit[], limits: Limits): Generator<Unit[]> {
  let group: Unit[] = [];
  let weight = { files: 0, bytes: 0 };
  for (const unit of units.flatMap((each) => cut(each, limits))) {
    const own = weigh(unit);
    const full = weight.files + own.files > limits.groupFiles || weight.bytes + own.bytes > limits.groupBytes;
    if (group.length > 0 && full) {
      yield group;
      group = [];
      weight = { files: 0, bytes: 0 };
    }
    group.push(unit);
    weight = { files: weight.files + own.files, bytes: weight.bytes + own.bytes };
  }
  if (group.length > 0) yield group;
}

/** A story may hold any number of files: it is taken piece by piece. */
function cut(unit: Unit, { groupFiles, groupBytes }: Limits): Unit[] {
  const { story, takes } = unit;
  if (!story) return [unit];
  const pieces: Unit[] = [{ ...unit, takes: [] }];
  let bytes = 0;
  for (const take of takes) {
    let piece = pieces.at(-1)!;
    if (
      piece.takes.length > 0 &&
      (piece.takes.length >= groupFiles || bytes + take.file.bytes > groupBytes)
    ) {
      // What it refuses, and a description that comes too late, are the first one's.
      const { caption: _, ...rest } = story;
      piece = { ...unit, takes: [], refuses: [], story: story.id === undefined ? story : rest };
      pieces.push(piece);
      bytes = 0;
    }
    piece.takes.push(take);
    bytes += take.file.bytes;
  }
  return pieces;
}

function weigh({ takes, refuses }: Unit): { files: number; bytes: number } {
  return {
    files: takes.length + refuses.length,
    bytes: takes.reduce((sum, { file }) => sum + file.bytes, 0),
  };
}
