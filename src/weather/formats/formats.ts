import picomatch from 'picomatch';
import { meteoFrance } from './meteofrance/read.ts';
import { rain } from './rain.ts';
import type { FormatSettings } from './settings.ts';
import type { TextFormat } from './text-format.ts';

interface Choice {
  matches: (name: string) => boolean;
  format: TextFormat | 'json';
}

const JSON_NAME = /\.json$/i;

/** Tells by its name how a file is read. */
export class Formats {
  private readonly choices: readonly Choice[];

  constructor(settings: readonly FormatSettings[]) {
    this.choices = settings.map((each) => ({
      matches: picomatch(each.match, { nocase: true, basename: !each.match.includes('/') }),
      format: each.format === 'json' ? 'json' : open(each),
    }));
  }

  /** The format of a file, by its path below the inbox; undefined when it is none of ours and stays where it is. */
  of(name: string): TextFormat | 'json' | undefined {
    const choice = this.choices.find(({ matches }) => matches(name));
    return choice?.format ?? (JSON_NAME.test(name) ? 'json' : undefined);
  }

  /**
   * The format of a file that was claimed, under the settings of that day: one that no longer matches is read as
   * JSON, and refused with a word.
   */
  ofClaimed(name: string): TextFormat | 'json' {
    return this.of(name) ?? 'json';
  }

  readonly takes = (name: string): boolean => this.of(name) !== undefined;

  /** The size of a JSON file that costs as much as this one, roughly: what is too large is read in chunks. */
  weigh(name: string, bytes: number): number {
    const format = this.of(name);
    return typeof format === 'object' ? bytes * format.weight : bytes;
  }
}

function open(settings: Exclude<FormatSettings, { format: 'json' }>): TextFormat {
  return settings.format === 'rain' ? rain(settings) : meteoFrance(settings);
}
