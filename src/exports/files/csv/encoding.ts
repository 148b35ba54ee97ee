import { shown } from '../../api/shown-values.ts';
import type { CsvFormat } from '../../api/file-format.ts';

/** Which characters windows-1252 has for the bytes from 80 to 9F; it has none for five of them. */
const WINDOWS =
  '\u20AC\0\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\0\u017D\0\0\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\0\u017E\u0178';
const windowsByte = new Map(
  Array.from(WINDOWS).map((character, i) => [character, String.fromCharCode(0x80 + i)]),
);
windowsByte.delete('\0');

/** By character: matches what the encoding lacks, or has for another byte than Unicode's number. */
const special = {
  'utf-8': /\p{Cs}/gu,
  'utf-8-bom': /\p{Cs}/gu,
  'latin-1': /[^\0-\xff]/gu,
  'windows-1252': /[^\0-\x7f\xa0-\xff]/gu,
};

/** Puts text into the encoding of a file. */
export class Encoding {
  /** How Node writes text that has been fitted. */
  readonly node: 'utf8' | 'latin1';
  /** The first character above ASCII from which on, up to U+00FF, each is its own byte; 0 in UTF-8. */
  readonly ownFrom: number;
  /** Characters that were replaced. */
  replaced = 0;
  private readonly special: RegExp;
  private readonly name: CsvFormat['encoding'];
  private readonly replaces: boolean;

  constructor({ encoding, unencodable }: CsvFormat) {
    this.node = encoding.startsWith('utf-8') ? 'utf8' : 'latin1';
    this.ownFrom = { 'utf-8': 0, 'utf-8-bom': 0, 'latin-1': 0x80, 'windows-1252': 0xa0 }[encoding];
    this.special = special[encoding];
    this.name = encoding;
    this.replaces = unencodable === 'replace';
  }

  /**
   * Text that has only what the encoding has, each character as the number of its byte where that is one.
   * @throws {Error} naming the character that it lacks, unless such are replaced.
   */
  fit(text: string): string {
    this.special.lastIndex = 0;
    if (!this.special.test(text)) return text;
    return text.replaceAll(this.special, (character) => {
      const byte = this.name === 'windows-1252' ? windowsByte.get(character) : undefined;
      return byte ?? this.lacking(character, text);
    });
  }

  private lacking(character: string, text: string): string {
    if (!this.replaces) {
      const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      throw new Error(
        `${shown(text)} holds ${shown(character)} (U+${code}), which ${this.name} lacks; expected characters of it, or unencodable: 'replace'`,
      );
    }
    this.replaced += 1;
    return '?';
  }
}
