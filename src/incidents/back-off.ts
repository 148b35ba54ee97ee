/** After how many minutes work that failed is tried again: after the first failure, the second … then it is given up. */
export const BACK_OFF_MINUTES = [1, 5, 30, 120, 720] as const;

/** SQL: the pause after so many failures (an int expression); null when it is given up. */
export const pauseAfter = (failures: string) =>
  `(array[${BACK_OFF_MINUTES.join(', ')}])[${failures}] * interval '1 minute'`;
