/** What stands in a cell for a value that was not measured. */
const MISSING = new Set(['', 'mq', 'na', 'nan', '/']);

const NUMBER = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)$/;

export function isMissing(cell: string): boolean {
  return MISSING.has(cell.toLowerCase());
}

/** A number with a decimal point or comma; NaN when it is none. */
export function readNumber(cell: string): number {
  return NUMBER.test(cell) ? Number(cell.replace(',', '.')) : Number.NaN;
}
