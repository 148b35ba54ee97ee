import Table from 'cli-table3';

/** Columns without borders, as `kubectl` and `docker` print them: they survive `grep` and `awk`. */
const bare = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** Sets `rows` in columns under `head`. Cells may carry colours and line breaks. Columns listed in `right` are right-aligned. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: number[] = [],
): string {
  const made = new Table({
    ...(head.length > 0 ? { head: [...head] } : {}),
    chars: bare,
    colAligns: (head.length > 0 ? head : (rows[0] ?? [])).map((_, i) =>
      right.includes(i) ? 'right' : 'left',
    ),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  made.push(...rows.map((row) => [...row]));
  return trimLines(made.toString());
}

const trimLines = (text: string) => text.replace(/ +$/gm, '');
