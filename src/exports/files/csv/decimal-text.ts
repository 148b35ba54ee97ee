const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
/** Digits that an exponent may come to; more is no number that anybody writes out. */
const MOST_DIGITS = 1_000;

/** Is it a decimal number, as databases and programs write them? */
export function isDecimal(text: string): boolean {
  return SHAPE.test(text) && /\d/.test(text) && !/^[+-]?[eE]/.test(text);
}

/**
 * A decimal number with so many digits after its point, rounded half away from zero, as databases round: on its digits, so that 1.005 is 1.01
 * though no floating-point number is it.
 * @returns undefined for what is no decimal number, such as NaN.
 */
export function withDecimals(text: string, decimals: number): string | undefined {
  const match = isDecimal(text) ? SHAPE.exec(text) : null;
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent);
  if (Math.abs(shift) > MOST_DIGITS) return undefined;
  const [before, after] = moved(whole, fraction, shift);
  const kept = after.slice(0, decimals).padEnd(decimals, '0');
  let digits = BigInt(before + kept);
  if ((after[decimals] ?? '0') >= '5') digits += 1n;
  const all = String(digits).padStart(decimals + 1, '0');
  const point = all.length - decimals;
  const negative = sign === '-' && digits !== 0n;
  return `${negative ? '-' : ''}${all.slice(0, point)}${decimals > 0 ? `.${all.slice(point)}` : ''}`;
}

/** The digits before and after the point, moved by an exponent. */
function moved(whole: string, fraction: string, shift: number): [before: string, after: string] {
  const digits = whole + fraction;
  const point = whole.length + shift;
  if (point <= 0) return ['0', '0'.repeat(-point) + digits];
  return [digits.slice(0, point).padEnd(point, '0'), digits.slice(point)];
}
