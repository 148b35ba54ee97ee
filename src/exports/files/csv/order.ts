import type { Column } from '../../api/column.ts';
import { shown } from '../../api/shown-values.ts';

/**
 * Which columns of a query the columns of a header are: by the rules for objects (`rowReader` of files/cells.ts), but that names may come
 * twice where positions count. Known before there are rows, so an empty result is checked too.
 * @throws {Error} when they do not fit.
 */
export function orderOf(columns: readonly Column[], names: readonly string[]): number[] {
  if (columns.some(({ key }) => key !== undefined))
    return columns.map(({ key, name }) => indexOf(names, key ?? name));
  if (names.length !== columns.length)
    throw new Error(
      `it gives ${counted(names.length)} (${shown(names.join(', '))}), the header has ${columns.length}; expected as many as the header`,
    );
  const titles = new Set(columns.map(({ name }) => name));
  const byTitle = titles.size === columns.length && names.every((name) => titles.has(name));
  return columns.map(({ name }, i) => (byTitle ? names.indexOf(name) : i));
}

function indexOf(names: readonly string[], name: string): number {
  const at = names.indexOf(name);
  if (at === -1)
    throw new Error(
      `it gives no column ${shown(name)}, but ${shown(names.join(', '))}; a column of the header asks for it`,
    );
  if (names.lastIndexOf(name) !== at)
    throw new Error(`it gives two columns of the name ${shown(name)}; give one another name with "as"`);
  return at;
}

const counted = (count: number) => `${count} ${count === 1 ? 'column' : 'columns'}`;
