import { describe, expect, test } from 'vitest';
import { dateCode, decimalsCode } from '../../../../src/exports/files/sheet/number-formats.ts';

describe('patterns in the words of spreadsheets', () => {
  test.each([
    ['yyyy-MM-dd', 'yyyy-mm-dd'],
    ['yyyy-MM-dd HH:mm:ss', 'yyyy-mm-dd hh:mm:ss'],
    ['dd/MM/yyyy', 'dd"/"mm"/"yyyy'],
    ['yyyyMMdd', 'yyyymmdd'],
    ["HH'h'mm", `hh"'h'"mm`],
    ['HH:mm:ss.SSS', 'hh:mm:ss.000'],
    ['HH:mm:ss,SSS', 'hh:mm:ss.000'],
    ['dd"MM', 'dd\\"mm'],
    ['yyyy [a]', 'yyyy "[a]"'],
  ])('%s', (pattern, code) => {
    expect(dateCode(pattern)).toBe(code);
  });

  test.each(['HHmmssSSS', 'SSS', 'SSS.ss', 'dd/'.repeat(100)])('not %s', (pattern) => {
    expect(dateCode(pattern)).toBeUndefined();
  });

  test('of decimals', () => {
    expect([0, 2, 40].map(decimalsCode)).toEqual(['0', '0.00', `0.${'0'.repeat(30)}`]);
  });
});
