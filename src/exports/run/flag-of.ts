import type { PeriodRow } from '../ledger/periods.ts';

/** How an operator names a period on the command line. */
export function flagOf({ type, key }: Pick<PeriodRow, 'type' | 'key'>): string {
  return `--${type} ${/^[\w.-]+$/.test(key) ? key : `'${key}'`}`;
}
