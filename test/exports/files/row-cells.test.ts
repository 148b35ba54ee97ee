import { describe, expect, test } from 'vitest';
import type { Row } from '../../../src/exports/api/cell.ts';
import { columnsOf, type Header } from '../../../src/exports/api/column.ts';
import { rowReader } from '../../../src/exports/files/row-cells.ts';

function read(header: Header, ...rows: unknown[]) {
  return rows.map((row) => row as Row).map(rowReader(columnsOf(header)));
}

describe('rows in the order of the header', () => {
  test('takes lists as they are', () => {
    expect(read(['id', 'name'], [1, 'a'], [null, undefined])).toEqual([
      [1, 'a'],
      [null, undefined],
    ]);
  });

  test('reads objects by title when the titles are their keys, in any order', () => {
    expect(read(['id', 'name'], { name: 'a', id: 1 }, { id: 2, name: undefined })).toEqual([
      [1, 'a'],
      [2, undefined],
    ]);
  });

  test('reads other objects by the order of the first one’s keys', () => {
    expect(read(['Number', 'Name'], { id: 1, name: 'a' }, { name: 'b', id: 2 })).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  test('reads by position when two columns have the same title', () => {
    expect(read(['a', 'a'], { a: 1, b: 2 })).toEqual([[1, 2]]);
  });

  test('reads by key, where other properties may be there too', () => {
    const header = [{ name: 'Number', key: 'id' }, 'name'];
    expect(read(header, { rest: true, name: 'a', id: 1 })).toEqual([[1, 'a']]);
  });

  test('reads a property that only its prototype has', () => {
    class Call {
      id = 1;
      get name() {
        return `call ${this.id}`;
      }
    }
    expect(read([{ name: 'id', key: 'id' }, 'name'], new Call())).toEqual([[1, 'call 1']]);
  });

  test('refuses a row of another width with its number', () => {
    const wrong = 'row 2 has 3 cells, its header has 2; expected as many as the header';
    expect(() => read(['id', 'name'], [1, 2], [1, 2, 3])).toThrow(wrong);
    expect(() => read(['id', 'name'], { a: 1, b: 2 }, { a: 1, b: 2, c: 3 })).toThrow(wrong);
    expect(() => read(['id', 'name'], [1])).toThrow('row 1 has 1 cell, its header has 2');
  });

  test('refuses a row that lacks a property', () => {
    expect(() => read(['id', 'name'], { id: 1, name: 'a' }, { id: 1, nmae: 'a' })).toThrow(
      'row 2 has no property "name", but "id, nmae"; expected the same properties in all rows',
    );
    expect(() => read([{ name: 'Number', key: 'id' }], { ID: 1 })).toThrow('row 1 has no property "id"');
  });

  test.each([null, 'a;b', 7, undefined])('refuses what is no row: %s', (row) => {
    expect(() => read(['id'], row)).toThrow(/^row 1 is .*; expected a list of cells, or an object$/);
  });
});
