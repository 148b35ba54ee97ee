import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  applyMask,
  bitMask,
  combine,
  formatMask,
  formatStatus,
  fromDatabase,
  matches,
  parseMask,
  toDatabase,
} from '../../../src/library/status/mask.ts';
import { libraryInstallation, type LibraryInstallation } from '../support/library-installation.ts';

const status = (text: string) => BigInt(`0b${text}`);

describe('as the specification says', () => {
  test.each([
    ['x1xxxx', '10000', true],
    ['x1xxxx', '1111111', true],
    ['x1xxxx', '100000', false],
    ['00xxxx', '1111', true],
    ['00xxxx', '10000', false],
    ['00xxxx', '100000', false],
    ['1x0xxxx', '1000000', true],
    ['1x0xxxx', '1100000', true],
    ['1x0xxxx', '1010000', false],
    ['1x0xxxx', '0', false],
    ['', '101', true],
    ['xxxx', '1111', true],
    // Any other character does not matter.
    ['1?- 0', '10000', true],
    ['0', '10', true],
    ['1', '10', false],
  ])('%j matches %s: %s', (mask, bits, expected) => {
    expect(matches(status(bits), parseMask(mask))).toBe(expected);
  });

  test.each([
    ['10000000', 'xx1xxxx', '10010000'],
    ['10010000', 'xx0xxxx', '10000000'],
    ['11111111', '0x', '11111101'],
    ['1', '', '1'],
    ['0', `1${'x'.repeat(63)}`, `1${'0'.repeat(63)}`],
  ])('%s with %j is %s', (bits, mask, expected) => {
    expect(applyMask(status(bits), parseMask(mask))).toBe(status(expected));
  });

  test('a mask is at most 64 characters', () => {
    expect(matches(2n ** 63n, parseMask('1'.padEnd(64, 'x')))).toBe(true);
    expect(() => parseMask('x'.repeat(65))).toThrow(/has 65 characters; expected at most 64/);
  });

  test('one bit', () => {
    expect(formatMask(bitMask(4, true))).toBe('1xxxx');
    expect(formatMask(bitMask(4, false))).toBe('0xxxx');
    expect(() => bitMask(64, true)).toThrow(/expected 0 to 63/);
  });
});

const masks = fc
  .array(fc.constantFrom('0', '1', 'x', '?', ' ', 'é'), { maxLength: 64 })
  .map((characters) => characters.join(''));
const statuses = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

/** Bit by bit, from the right. */
const bitsOf = (value: bigint) => value.toString(2).padStart(64, '0').split('').reverse();
const charactersOf = (mask: string) => mask.split('').reverse();
const speaks = (character: string | undefined) => character === '0' || character === '1';

describe('against a model bit by bit', () => {
  test('matches', () => {
    fc.assert(
      fc.property(statuses, masks, (value, mask) => {
        const bits = bitsOf(value);
        const expected = charactersOf(mask).every(
          (character, i) => !speaks(character) || bits[i] === character,
        );
        expect(matches(value, parseMask(mask))).toBe(expected);
      }),
    );
  });

  test('applies, and matches what it has made', () => {
    fc.assert(
      fc.property(statuses, masks, (value, mask) => {
        const characters = charactersOf(mask);
        const expected = bitsOf(value).map((bit, i) => (speaks(characters[i]) ? characters[i] : bit));
        const made = applyMask(value, parseMask(mask));
        expect(bitsOf(made)).toEqual(expected);
        expect(matches(made, parseMask(mask))).toBe(true);
        expect(applyMask(made, parseMask(mask))).toBe(made);
      }),
    );
  });

  test('two combined are one after the other', () => {
    fc.assert(
      fc.property(statuses, masks, masks, (value, first, later) => {
        const both = combine(parseMask(first), parseMask(later));
        expect(applyMask(value, both)).toBe(applyMask(applyMask(value, parseMask(first)), parseMask(later)));
      }),
    );
  });

  test('texts come back', () => {
    fc.assert(
      fc.property(statuses, masks, (value, mask) => {
        expect(parseMask(formatMask(parseMask(mask)))).toEqual(parseMask(mask));
        expect(status(formatStatus(value))).toBe(value);
        expect(fromDatabase(toDatabase(value))).toBe(value);
      }),
    );
  });
});

describe('in PostgreSQL', () => {
  let library: LibraryInstallation;
  beforeAll(async () => {
    library = await libraryInstallation();
  });
  afterAll(() => library.close());

  test('matches and applies alike, all 64 bits', async () => {
    await fc.assert(
      fc.asyncProperty(statuses, masks, async (value, text) => {
        const mask = parseMask(text);
        const { rows } = await library.db.query<{ matches: boolean; made: string }>(
          'select ($1::bigint # $3::bigint) & $2::bigint = 0 as matches, ($1::bigint & ~$2::bigint) | $3::bigint as made',
          [toDatabase(value), toDatabase(mask.care), toDatabase(mask.ones)],
        );
        expect([rows[0]!.matches, fromDatabase(rows[0]!.made)]).toEqual([
          matches(value, mask),
          applyMask(value, mask),
        ]);
      }),
    );
  });
});
