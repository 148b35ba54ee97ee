import type { Column } from '../../api/column.ts';
import type { Kind } from '../../sources/source-session.ts';

/**
 * How the cells of a column are written from a server's text: `copied` as they are, `text` so unless they look like a formula, `float` so unless
 * there is an exponent, `datetime` to the second, `moment` in local time; `decoded` as all others.
 */
export type Manner = 'decoded' | 'copied' | 'text' | 'float' | 'datetime' | 'moment';

/** The manners but `decoded` give what `cellText` gives of the decoded cell, for columns that ask for nothing else. */
export function mannerOf({ type, format, decimals, decimalMark = '.' }: Column, kind: Kind): Manner {
  const free = type === undefined || type === 'text';
  const asItComes = type === 'text' || (decimals === undefined && decimalMark === '.');
  switch (kind) {
    case 'text':
      return free ? 'text' : 'decoded';
    case 'integer':
      return type === 'text' || ((free || type === 'number') && decimals === undefined)
        ? 'copied'
        : 'decoded';
    case 'decimal':
      return free && asItComes ? 'copied' : 'decoded';
    case 'float':
      return free && asItComes ? 'float' : 'decoded';
    case 'date':
      return (free || type === 'date') && format === undefined ? 'copied' : 'decoded';
    case 'datetime':
    case 'moment':
      return (free || type === 'datetime') && format === undefined ? kind : 'decoded';
    case 'boolean':
      return 'decoded';
  }
}
