/** Characters of a name, of which programs take no more. */
const LONGEST = 31;

/** Names of sheets that programs accept: see [MS-XLS] BoundSheet8, and Excel's own dialogue. */
export class SheetNames {
  private readonly taken = new Set<string>();

  /** A name like `wanted`: what no name may have becomes `_`, what is too long is cut, and what is there already gets a number: `name (2)`. */
  give(wanted: string): string {
    const name = tidy(wanted);
    for (let number = 1; ; number += 1) {
      const ending = number === 1 ? '' : ` (${number})`;
      const candidate = cut(name, LONGEST - ending.length) + ending;
      // Names that differ only in their letters' case are the same.
      const key = candidate.toLowerCase();
      if (this.taken.has(key)) continue;
      this.taken.add(key);
      return candidate;
    }
  }
}

function tidy(wanted: string): string {
  const name = wanted.replaceAll(/[[\]:*?/\\\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '_').replaceAll(/^'|'$/g, '_');
  if (name.trim() === '') return 'Sheet1';
  // Excel keeps this one for itself.
  return name.toLowerCase() === 'history' ? `${name}_` : name;
}

/** At most so many characters, none of them cut in two. */
function cut(text: string, length: number): string {
  const short = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(short) ? short.slice(0, -1) : short;
}
