/**
 * Status bits and masks of records (docs/library.md). A status is 64 bits, held as an unsigned bigint. A mask is
 * read from the right, rightmost = bit 0: `0` and `1` must equal, any other character leaves the bit alone.
 */
export interface Mask {
  /** Bits that the mask speaks of. */
  care: bigint;
  /** What they must be; no bit outside `care`. */
  ones: bigint;
}

export const STATUS_BITS = 64;
/** Bits 0 to 3 belong to the system. */
export const FIRST_USER_BIT = 4;

/** A mask that says nothing: matches every status, changes none. */
export const anyStatus: Mask = { care: 0n, ones: 0n };

/** Reads a mask. Throws RangeError when it is longer than a status. */
export function parseMask(text: string): Mask {
  if (text.length > STATUS_BITS) {
    throw new RangeError(
      `status mask ${JSON.stringify(text)} has ${text.length} characters; expected at most ${STATUS_BITS}`,
    );
  }
  let care = 0n;
  let ones = 0n;
  for (const character of text.split('')) {
    care <<= 1n;
    ones <<= 1n;
    if (character === '1') ones |= 1n;
    if (character === '1' || character === '0') care |= 1n;
  }
  return { care, ones };
}

/** The shortest text of a mask; `x` for bits that it leaves alone. */
export function formatMask({ care, ones }: Mask): string {
  let text = '';
  for (let bit = 0n; care >> bit !== 0n; bit += 1n) {
    const character = (care >> bit) & 1n ? String((ones >> bit) & 1n) : 'x';
    text = character + text;
  }
  return text;
}

/** A mask that asks for, or makes, one bit on or off. Throws RangeError when there is no such bit. */
export function bitMask(bit: number, on: boolean): Mask {
  if (!Number.isInteger(bit) || bit < 0 || bit >= STATUS_BITS) {
    throw new RangeError(`status bit ${bit}: expected 0 to ${STATUS_BITS - 1}`);
  }
  const care = 1n << BigInt(bit);
  return { care, ones: on ? care : 0n };
}

export function matches(status: bigint, { care, ones }: Mask): boolean {
  return ((status ^ ones) & care) === 0n;
}

/** The status with the bits of the mask overwritten; the others stay, those above a short mask too. */
export function applyMask(status: bigint, { care, ones }: Mask): bigint {
  return (status & ~care) | ones;
}

/** Both masks one after the other: where they disagree the later one counts. */
export function combine(first: Mask, later: Mask): Mask {
  return {
    care: first.care | later.care,
    ones: (first.ones & ~later.care) | later.ones,
  };
}

/** PostgreSQL's bigint of a status: its bit 63 is the sign. */
export function toDatabase(bits: bigint): string {
  return BigInt.asIntN(STATUS_BITS, bits).toString();
}

/** A status from PostgreSQL's bigint, which `pg` gives as text. */
export function fromDatabase(text: string): bigint {
  return BigInt.asUintN(STATUS_BITS, BigInt(text));
}

/** A status as 64 digits, or as many as are needed, at least `digits`. */
export function formatStatus(status: bigint, digits = STATUS_BITS): string {
  return status.toString(2).padStart(digits, '0');
}
