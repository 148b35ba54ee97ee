/** How many differences of a kind are named; the others are counted. */
const NAMED = 5;
const LONGEST = 400;

/**
 * A line without what hangs on the files that happened to be loaded together: of an overlap is told which file has the
 * other period, or that it is of the same batch.
 */
export function withoutBatch(line: string): string {
  return line.replace(/(that overlaps no other: [^\]]*\] from ).*?(?=, this one is)/g, '$1…');
}

/** What one list has and the other has not, as often as it stands there; in words. Both are sorted or not. */
export function differences(what: string, expected: readonly string[], found: readonly string[]): string[] {
  const count = new Map<string, number>();
  for (const line of found) count.set(line, (count.get(line) ?? 0) + 1);
  const missing: string[] = [];
  for (const line of expected) {
    const left = count.get(line) ?? 0;
    if (left === 0) missing.push(line);
    else count.set(line, left - 1);
  }
  const superfluous = [...count].flatMap(([line, left]) => Array.from({ length: left }, () => line));
  return [...name(`${what}: missing`, missing), ...name(`${what}: superfluous`, superfluous)];
}

function name(what: string, lines: readonly string[]): string[] {
  const named = lines.slice(0, NAMED).map((line) => `${what}: ${line.slice(0, LONGEST)}`);
  return lines.length > NAMED ? [...named, `${what}: ${lines.length - NAMED} more`] : named;
}
