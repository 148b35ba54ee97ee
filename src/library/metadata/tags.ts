/** Values of one tag, in their order; never empty ones. */
export interface TagValue {
  /** As ExifTool prints it: `48 deg 52' 27.00"`. */
  texts: string[];
  /** Without its conversion for people: `48.8741666666667`. */
  raw: string[];
}

/**
 * What a field's `source` may be: a tag's name, with the groups it must be in before it, as ExifTool takes them on its
 * command line: `IPTC:Headline`, `XMP-dc:Title`, `EXIF:ImageDescription`, `Keywords`.
 */
const TAG = /^(?:[\w-]+:){0,3}[\w-]+$/;

/** Can ExifTool be asked for it? Anything else on its command line would be an option. */
export function isTag(source: string): boolean {
  return TAG.test(source);
}

/** One tag as `exiftool -json -long -groupNames0:1` gives it. */
interface Printed {
  val: unknown;
  num?: unknown;
}

/** The tags of one file, by their names with the groups of families 0 and 1: `EXIF:GPS:GPSLatitude`. */
export class Tags {
  private readonly all = new Map<string, { groups: readonly string[]; value: TagValue }[]>();

  /** `printed`: one file's object of ExifTool's JSON. */
  constructor(printed: Readonly<Record<string, unknown>>) {
    for (const [key, value] of Object.entries(printed)) {
      if (typeof value !== 'object' || value === null || !('val' in value)) continue;
      const { val, num = val } = value as Printed;
      const texts = toTexts(val);
      if (texts.length === 0) continue;
      const groups = key.toLowerCase().split(':');
      const name = groups.pop()!;
      const entry = { groups, value: { texts, raw: toTexts(num) } };
      this.all.set(name, [...(this.all.get(name) ?? []), entry]);
    }
  }

  /** The first tag of this name, in these groups, that has a value. Case does not matter. */
  find(source: string): TagValue | undefined {
    const groups = source.toLowerCase().split(':');
    const name = groups.pop()!;
    return this.all.get(name)?.find((entry) => groups.every((group) => entry.groups.includes(group)))?.value;
  }

  /** The text of the first of several tags that has one. */
  text(...sources: readonly string[]): string | undefined {
    for (const source of sources) {
      const found = this.find(source)?.texts[0];
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function toTexts(value: unknown): string[] {
  return [value]
    .flat()
    .map((each) => (typeof each === 'object' ? JSON.stringify(each) : String(each)).trim())
    .filter((text) => text !== '');
}
