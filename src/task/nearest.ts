import { closest, distance } from 'fastest-levenshtein';

/** The one of `words` that is near enough to be what somebody meant to type; compared without case. */
export function nearest(words: readonly string[], typed: string): string | undefined {
  const lower = typed.toLowerCase();
  const byLower = new Map(words.map((word) => [word.toLowerCase(), word]));
  if (byLower.size === 0) return undefined;
  const near = closest(lower, [...byLower.keys()]);
  // As commander does for its own commands: a third of the letters may be wrong, three at most.
  const allowed = Math.min(3, Math.ceil(Math.max(lower.length, near.length) * 0.34));
  return distance(lower, near) <= allowed ? byLower.get(near) : undefined;
}
