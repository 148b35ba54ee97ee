/** Which records something is done to: SQL that selects their ids, and its parameters `$1`, `$2` …. */
export interface Selection {
  /** `select id from library.record where …` */
  text: string;
  values: readonly unknown[];
}

export const byIds = (ids: readonly (string | number)[]): Selection => ({
  text: 'select unnest($1::bigint[])',
  values: [ids],
});

/** SQL around a selection: its own parameters come first, `p(0)` is the first of the caller's. */
export function around(
  selection: Selection,
  own: readonly unknown[],
  sql: (p: (index: number) => string) => string,
): { text: string; values: unknown[] } {
  const first = selection.values.length + 1;
  return { text: sql((index) => `$${first + index}`), values: [...selection.values, ...own] };
}
