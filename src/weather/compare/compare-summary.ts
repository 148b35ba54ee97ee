import { levels } from '../measures.ts';
import type { Compared } from './compared.ts';
import { quantities } from './quantities.ts';
import { sources } from './read-compared.ts';

/** How a part of a measure compares, over all buckets of a level. */
export interface Summary extends Pick<Compared, 'source' | 'level' | 'measure' | 'part' | 'unit'> {
  /** Numbers compared; how many of them agree, are beyond tolerance, are missing on our side. */
  buckets: number;
  agree: number;
  differ: number;
  missing: number;
  /** The number furthest from the station's; absent when all are missing. */
  worst?: Pick<Compared, 'start' | 'ours' | 'theirs' | 'difference' | 'tolerance'>;
  /** `differs` when one does or is missing. */
  verdict: 'agrees' | 'differs' | 'unchecked';
}

/** Sums up numbers as they are compared. */
export class Summaries {
  private readonly byKey = new Map<string, Summary>();

  add(value: Compared): void {
    const line = this.lineOf(value);
    line.buckets += 1;
    if (value.verdict === 'agrees') line.agree += 1;
    if (value.verdict === 'differs') line.differ += 1;
    if (value.verdict === 'missing') line.missing += 1;
    if (value.verdict !== 'unchecked') line.verdict = line.differ + line.missing > 0 ? 'differs' : 'agrees';
    const { start, ours, theirs, difference, tolerance } = value;
    if (difference === null) return;
    if (!line.worst || Math.abs(difference) > Math.abs(line.worst.difference!))
      line.worst = { start, ours, theirs, difference, tolerance };
  }

  /** By source, level, and in the catalogue's order. */
  lines(): Summary[] {
    return sources.flatMap((source) =>
      levels.flatMap((level) =>
        quantities.flatMap(
          ({ name, part }) => this.byKey.get(keyOf({ source, level, measure: name, part })) ?? [],
        ),
      ),
    );
  }

  private lineOf(value: Compared): Summary {
    const { source, level, measure, part, unit } = value;
    const key = keyOf(value);
    let line = this.byKey.get(key);
    if (!line) {
      line = {
        source,
        level,
        measure,
        part,
        unit,
        buckets: 0,
        agree: 0,
        differ: 0,
        missing: 0,
        verdict: 'unchecked',
      };
      this.byKey.set(key, line);
    }
    return line;
  }
}

const keyOf = ({ source, level, measure, part }: Pick<Compared, 'source' | 'level' | 'measure' | 'part'>) =>
  `${source} ${level} ${measure} ${part}`;
