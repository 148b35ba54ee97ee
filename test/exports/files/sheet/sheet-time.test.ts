import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localTimeOf, serialOf, textOfLocalTime } from '../../../../src/exports/files/sheet/sheet-time.ts';

const years = { min: new Date('0100-01-01'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true };

describe('local times', () => {
  test('are read as databases write them, and written again', () => {
    fc.assert(
      fc.property(fc.date(years), (date) => {
        const text = textOfLocalTime(date.getTime(), 'yyyy-MM-dd HH:mm:ss.SSS');
        expect(text).toBe(date.toISOString().replace('T', ' ').replace('Z', ''));
        expect(localTimeOf(text)).toBe(date.getTime());
        expect(localTimeOf(text.slice(0, 10))).toBe(Date.parse(text.slice(0, 10)));
      }),
    );
  });

  test('may have more digits of a second, or none', () => {
    expect(localTimeOf('2026-11-20 08:15:00.123456')).toBe(Date.UTC(2026, 10, 20, 8, 15, 0, 123));
    expect(localTimeOf('2026-11-20 08:15')).toBe(Date.UTC(2026, 10, 20, 8, 15));
    expect(localTimeOf('2026-11-20T08:15:01.5')).toBe(Date.UTC(2026, 10, 20, 8, 15, 1, 500));
  });

  test.each([
    'infinity',
    '2026-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-01',
    '2026-01-00',
    '2026-01-01 24:00:00',
    '2026-01-01 12:60',
    '2026-01-01 12:00:60',
    '0044-03-15 BC',
    '0099-12-31',
    '2026-01-01 12:00:00+01',
    '20260101',
    '',
  ])('are not %j', (text) => {
    expect(localTimeOf(text)).toBeUndefined();
  });

  test('count days as spreadsheets do, where all of them agree', () => {
    expect(serialOf(Date.UTC(2026, 10, 20, 12))).toBe(46_346.5);
    expect(serialOf(Date.UTC(1900, 2, 1))).toBe(61);
    expect(serialOf(Date.UTC(1900, 1, 28))).toBeUndefined();
    expect(serialOf(Date.UTC(9999, 11, 31))).toBe(2_958_465);
    expect(serialOf(Date.UTC(10_000, 0, 1))).toBeUndefined();
  });
});
