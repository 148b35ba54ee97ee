/** So many digits spreadsheets keep and show; what has more would be another number. */
const DIGITS = 15;

const SHAPE = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/;

/** A number as a spreadsheet may hold it. */
export type Held =
  | { value: number; decimals: number }
  /** Its digits, which a spreadsheet's number would lose. */
  | { text: string };

/**
 * Reads a decimal number. `decimals`: only so many of its decimals are to be shown, so that further ones need not be kept.
 * @returns undefined for what is no number.
 */
export function heldOf(text: string, decimals?: number): Held | undefined {
  const match = SHAPE.exec(text);
  if (!match) return undefined;
  const [, , whole = '', fraction = '', exponent] = match;
  if (whole === '' && fraction === '') return undefined;
  const shown = decimals === undefined || exponent !== undefined ? fraction : fraction.slice(0, decimals);
  const digits = (whole + shown.replace(/0+$/, '')).replace(/^0+/, '');
  const value = Number(text);
  const finite = Number.isFinite(value) && (value !== 0 || /^0*$/.test(whole + fraction));
  if (digits.length > DIGITS || !finite) return { text: text.trim() };
  return { value, decimals: exponent === undefined ? fraction.length : 0 };
}

/** Whole numbers of more digits are written as text; other numbers have no more than they can have. */
export function losesDigits(value: number): boolean {
  return Number.isSafeInteger(value) && Math.abs(value) >= 10 ** DIGITS;
}
