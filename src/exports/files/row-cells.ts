import type { Cell, Row } from '../api/cell.ts';
import type { Column } from '../api/column.ts';
import { shown } from '../api/shown-values.ts';

/**
 * Gives what puts rows, one after the other, into the order of the columns. Arrays are taken as they are. Of objects the first one says how
 * all are read: by `key` if a column has one (other properties may be there too), by title if the titles are its keys, else by the order of its
 * keys; so a later object in another order is read no differently.
 * @throws {Error} for a row that is none, that has another width than the header, or lacks a property; with its number, from 1.
 */
export function rowReader(columns: readonly Column[]): (row: Row) => readonly Cell[] {
  const width = columns.length;
  const withKeys = columns.some(({ key }) => key !== undefined);
  let keys: readonly string[] | undefined;
  let number = 0;
  return (row) => {
    number += 1;
    if (Array.isArray(row)) {
      const cells = row as readonly Cell[];
      if (cells.length !== width) throw otherWidth(number, cells.length, width);
      return cells;
    }
    if (typeof row !== 'object' || row === null)
      throw new Error(`row ${number} is ${shown(row)}; expected a list of cells, or an object`);
    const object = row as Readonly<Record<string, Cell>>;
    if (!withKeys) {
      const own = Object.keys(object).length;
      if (own !== width) throw otherWidth(number, own, width);
    }
    keys ??= keysOf(columns, object);
    return keys.map((key) => {
      const cell = object[key];
      if (cell === undefined && !(key in object)) throw lacks(number, key, object);
      return cell;
    });
  };
}

function keysOf(columns: readonly Column[], first: Readonly<Record<string, Cell>>): readonly string[] {
  if (columns.some(({ key }) => key !== undefined)) return columns.map(({ key, name }) => key ?? name);
  const own = Object.keys(first);
  const titles = new Set(columns.map(({ name }) => name));
  // Two columns of one title cannot both be the property of that name.
  const byTitle = titles.size === columns.length && own.every((key) => titles.has(key));
  return byTitle ? [...titles] : own;
}

const cellsOf = (count: number) => `${count} ${count === 1 ? 'cell' : 'cells'}`;

function otherWidth(number: number, width: number, expected: number): Error {
  return new Error(
    `row ${number} has ${cellsOf(width)}, its header has ${expected}; expected as many as the header`,
  );
}

function lacks(number: number, key: string, row: object): Error {
  return new Error(
    `row ${number} has no property ${shown(key)}, but ${shown(Object.keys(row).join(', '))}; expected the same properties in all rows`,
  );
}
