import { describe, expect, test } from 'vitest';
import { Decimal, PlainDate, PlainDateTime, type Cell } from '../../../src/exports/api/cell.ts';
import type { Column } from '../../../src/exports/api/column.ts';
import { readBack, table, written } from './support/written.ts';

/** What becomes of a cell in a column. */
async function cellOf(cell: unknown, column: Partial<Column>) {
  const { path } = await written('xlsx', [table('A', [{ name: 'c', ...column }], [[cell as Cell]])]);
  return (await readBack(path))['A']![1]?.[0];
}

describe('the type of a column', () => {
  test.each([
    ['12.5', 12.5],
    [' -3 ', -3],
    ['007', 7],
    ['1e3', 1000],
    ['.5', 0.5],
    [12n, 12],
    [new Decimal('1.10'), 1.1],
    ['1234567890123456', '1234567890123456'],
    ['1.00000000000000000000', 1],
    ['1e400', '1e400'],
    [null, undefined],
  ])('number makes numbers of numeric text: %s', async (cell, expected) => {
    expect(await cellOf(cell, { type: 'number' })).toEqual(expected);
  });

  test('number with decimals needs no more digits than those', async () => {
    const third = new Decimal('0.33333333333333333333');
    expect(await cellOf(third, { decimals: 2 })).toBeCloseTo(1 / 3, 15);
    expect(await cellOf(third, {})).toBe('0.33333333333333333333');
  });

  test.each([
    ['abc', '"abc"'],
    ['', '""'],
    ['12,5', '"12,5"'],
    ['0x10', '"0x10"'],
    [true, 'true'],
    [Number.NaN, 'NaN'],
    [new PlainDate('2026-11-20'), '"2026-11-20"'],
  ])('number refuses what is none: %j', async (cell, shown) => {
    await expect(cellOf(cell, { type: 'number' })).rejects.toThrow(
      `row 1, column "c": ${shown}; expected a number such as 12.5`,
    );
  });

  test.each([
    [7, '7'],
    [new Decimal('1.10'), '1.10'],
    [123456789012345678n, '123456789012345678'],
    [true, 'true'],
    [new PlainDate('2026-11-20'), '2026-11-20'],
    [new Date('2026-11-20T23:30:00Z'), '2026-11-21 00:30:00'],
    ['0612', '0612'],
  ])('text makes text of everything: %s', async (cell, expected) => {
    expect(await cellOf(cell, { type: 'text' })).toBe(expected);
  });

  test('text keeps to the patterns and words of the column', async () => {
    const day = new PlainDate('2026-11-20');
    expect(await cellOf(day, { type: 'text', format: 'dd/MM/yyyy' })).toBe('20/11/2026');
    expect(await cellOf(false, { type: 'text', booleans: ['oui', 'non'] })).toBe('non');
  });

  test('date and datetime read text, and make one of the other', async () => {
    const day = new Date('2026-11-20T00:00:00Z');
    const time = new Date('2026-11-20T08:15:00Z');
    expect(await cellOf('2026-11-20', { type: 'date' })).toEqual(day);
    expect(await cellOf('2026-11-20T08:15', { type: 'datetime' })).toEqual(time);
    expect(await cellOf(new PlainDate('2026-11-20'), { type: 'datetime' })).toEqual(day);
    expect(await cellOf(new PlainDateTime('2026-11-20 08:15:00'), { type: 'date' })).toEqual(day);
  });

  test.each(['20/11/2026', '2026-02-31', 7, ''])('date refuses what is none: %j', async (cell) => {
    await expect(cellOf(cell, { type: 'date' })).rejects.toThrow(
      `row 1, column "c": ${JSON.stringify(cell)}; expected a date such as 2026-11-20`,
    );
  });

  test('boolean reads what databases say', async () => {
    for (const cell of [true, 1, 1n, '1', 't', 'TRUE'])
      expect(await cellOf(cell, { type: 'boolean' })).toBe(true);
    for (const cell of [false, 0, 'f', 'false']) expect(await cellOf(cell, { type: 'boolean' })).toBe(false);
    await expect(cellOf('oui', { type: 'boolean' })).rejects.toThrow(
      'row 1, column "c": "oui"; expected true or false',
    );
  });

  test.each([
    [{ a: 1 }, '{"a":1}; expected a text, a number, a boolean or a date'],
    [[1], '[1]; expected a text'],
    [new Date(Number.NaN), '"an invalid Date"; expected a date'],
    ['x'.repeat(32_768), 'expected at most 32767 characters, as a spreadsheet takes; it has 32768'],
  ])('says what no cell can be: %#', async (cell, message) => {
    await expect(cellOf(cell, {})).rejects.toThrow(message);
  });

  test('a pattern that a spreadsheet cannot show makes text', async () => {
    const time = new PlainDateTime('2026-11-20 08:15:01.234');
    expect(await cellOf(time, { format: 'yyyyMMddHHmmssSSS' })).toBe('20261120081501234');
  });
});
