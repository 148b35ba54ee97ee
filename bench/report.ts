import { table } from '../src/command/table.ts';

/** A table of results: what was measured, and a row for each, words ready to print. */
export interface Section {
  title: string;
  head: string[];
  rows: string[][];
  /** Sentences to know before reading it. */
  notes: string[];
  /** The numbers behind it, for `--json`. */
  data: unknown;
}

export function print({ title, head, rows, notes }: Section): string {
  const right = head.map((_, column) => column).slice(1);
  return [title, '', table(head, rows, right), ...(notes.length > 0 ? ['', ...notes] : []), '', ''].join(
    '\n',
  );
}
