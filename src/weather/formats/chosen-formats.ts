import picomatch from 'picomatch';
import { builtInFormats } from './built-in.ts';
import type { Format, FormatReader } from './format.ts';
import { json } from './json/json-format.ts';
import type { FormatEntry } from './format-settings.ts';

const JSON_NAME = /\.json$/i;

/** Tells by its name how a file is read. */
export class Formats {
  private readonly choices: readonly { matches: (name: string) => boolean; format: ChosenFormat }[];
  private readonly json = new ChosenFormat(json, {});

  /** `own` are the formats of the installation. */
  constructor(entries: readonly FormatEntry[], own: readonly Format[] = []) {
    const known = new Map([...builtInFormats, ...own].map((format) => [format.name, format]));
    this.choices = entries.map(({ match, format, ...settings }) => ({
      matches: picomatch(match, { nocase: true, basename: !match.includes('/') }),
      format: new ChosenFormat(known.get(format)!, settings),
    }));
  }

  /** The format of a file, by its path below the inbox; undefined when it is none of ours and stays where it is. */
  of(name: string): ChosenFormat | undefined {
    const choice = this.choices.find(({ matches }) => matches(name));
    return choice?.format ?? (JSON_NAME.test(name) ? this.json : undefined);
  }

  /**
   * The format of a file that was claimed, under the settings of that day: one that no longer matches is read as
   * JSON, and refused with a word.
   */
  ofClaimed(name: string): ChosenFormat {
    return this.of(name) ?? this.json;
  }

  readonly takes = (name: string): boolean => this.of(name) !== undefined;

  /** The size of a JSON file that costs as much as this one, roughly: what is too large is read in chunks. */
  weigh(name: string, bytes: number): number {
    return bytes * (this.of(name)?.weight ?? 1);
  }
}

/** A format with the settings of an entry. */
export class ChosenFormat {
  readonly name: string;
  readonly weight: number;
  /** Once it was made. */
  reader: FormatReader | undefined;
  private readonly make: () => FormatReader | Promise<FormatReader>;

  constructor(format: Format, settings: Record<string, unknown>) {
    this.name = format.name;
    this.weight = format.weight ?? 1;
    this.make = () => format.open(settings);
  }

  /** Makes the reader. Throws what the format throws, and where it gives none. */
  async open(): Promise<FormatReader> {
    const reader = await this.make();
    if (typeof (reader as { read?: unknown } | undefined)?.read !== 'function')
      throw new TypeError('open() gave no reader; expected { read(bytes, file) }');
    return (this.reader = reader);
  }
}
