const known: string[] = [];

/** `A` of 0, `Z` of 25, `AA` of 26. */
export function columnLetters(column: number): string {
  return (known[column] ??= lettersOf(column));
}

function lettersOf(column: number): string {
  const before = Math.floor(column / 26) - 1;
  return (before < 0 ? '' : lettersOf(before)) + String.fromCharCode(65 + (column % 26));
}
