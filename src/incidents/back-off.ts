/** After how many minutes work that failed is tried again: after the first failure, the second … then it is given up. */
const BACK_OFF_MINUTES = [1, 5, 30, 120, 720] as const;

/**
 * Which of the pauses are taken, counted from 1. Work that would never be given up says the `last`: it is repeated then.
 * What must not be tried soon again begins later.
 */
export interface Pauses {
  first?: number;
  last?: number;
}

/** SQL: the pause after so many failures (an int expression); null when it is given up. */
export function pauseAfter(failures: string, { first = 1, last }: Pauses = {}): string {
  const nth = `${failures} + ${first - 1}`;
  return `(array[${BACK_OFF_MINUTES.join(', ')}])[${last === undefined ? nth : `least(${nth}, ${last})`}] * interval '1 minute'`;
}
