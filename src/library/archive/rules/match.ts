import { TookTooLong, withinTime } from '../../patterns/time-limit.ts';
import type { FileRule, GroupingRule, RuleSettings } from './file-rule-settings.ts';

/** What the rules say of a file. */
export type FileMatch =
  | {
      /** Name of the file that would describe it, if it is there. */
      captions: string[];
    }
  | { fault: string };

/** What the rules say of a folder that is a story. */
export interface GroupingMatch {
  caption?: string;
  representation?: string;
}

/** For all names of a folder together, and for one of them. A name has at most 255 bytes. */
const ALL_WITHIN_MS = 1_000;
const ONE_WITHIN_MS = 100;

/**
 * The rules of a hotfolder, applied to names. Nothing that they make of a name leads out of the folder: a caption with a
 * `/` in it, or one that is hidden, is a fault of the rule.
 */
export class Rules {
  private readonly settings: RuleSettings;

  constructor(settings: RuleSettings) {
    this.settings = settings;
  }

  /** Without rules for files every file is taken. */
  get takesAll(): boolean {
    return this.settings.files.length === 0;
  }

  /** What the first matching rule says of each of the names; undefined where none matches. */
  files(names: readonly string[]): Map<string, FileMatch | undefined> {
    if (this.takesAll) return new Map(names.map((name) => [name, { captions: usualSidecars(name) }]));
    try {
      return withinTime(ALL_WITHIN_MS, () => new Map(names.map((name) => [name, this.file(name)])));
    } catch (error) {
      if (!(error instanceof TookTooLong)) throw error;
      return new Map(names.map((name) => [name, this.fileWithinTime(name)]));
    }
  }

  /** Is a folder of this name a story? Undefined when it is none. Throws `TookTooLong`, and Error for a rule that leads out of the folder. */
  grouping(folder: string): GroupingMatch | undefined {
    if (this.settings.groupings.length === 0) return undefined;
    const rule = withinTime(ONE_WITHIN_MS, () => firstMatch(this.settings.groupings, folder));
    if (!rule) return undefined;
    return {
      ...(rule.caption === undefined ? {} : { caption: nameBy(rule.mask, rule.caption, folder) }),
      ...(rule.representation === undefined
        ? {}
        : { representation: nameBy(rule.mask, rule.representation, folder) }),
    };
  }

  private fileWithinTime(name: string): FileMatch | undefined {
    try {
      return withinTime(ONE_WITHIN_MS, () => this.file(name));
    } catch (error) {
      if (!(error instanceof TookTooLong)) throw error;
      return {
        fault: `a mask ${error.message} for this name; expected one without repeated repetitions such as (a+)+`,
      };
    }
  }

  private file(name: string): FileMatch | undefined {
    const rule = firstMatch(this.settings.files, name);
    if (!rule) return undefined;
    if (rule.caption === undefined) return { captions: [] };
    try {
      const caption = nameBy(rule.mask, rule.caption, name);
      return { captions: caption === name ? [] : [caption] };
    } catch (error) {
      return { fault: (error as Error).message };
    }
  }
}

function firstMatch<R extends FileRule | GroupingRule>(rules: readonly R[], name: string): R | undefined {
  return rules.find(({ mask }) => mask.test(name));
}

/** As `preg_replace` does it: what the mask matches is replaced, the rest of the name stays. */
function nameBy(mask: RegExp, replacement: string, name: string): string {
  const made = name.replace(mask, replacement);
  if (isPlainName(made)) return made;
  throw new Error(
    `the rule ${mask.source} → ${replacement} makes ${JSON.stringify(made)} of its name; expected the name of a file in the same folder`,
  );
}

/** A visible name, and no way to another folder. */
export function isPlainName(name: string): boolean {
  return name !== '' && !name.startsWith('.') && !/[/\\\0]/.test(name);
}

/** `photo.xml` and `photo.jpg.xml` describe `photo.jpg`; nothing describes an XML file. */
function usualSidecars(name: string): string[] {
  if (/\.xml$/i.test(name)) return [];
  const stem = name.replace(/(?<=.)\.[^.]*$/, '');
  return [...new Set([stem, name])].flatMap((base) => [`${base}.xml`, `${base}.XML`]);
}
