import { describe, expect, test } from 'vitest';
import { readDate, typedValue } from '../../src/library/values/typed.ts';

describe('dates', () => {
  test.each([
    ['2026:06:11 13:10:00', '2026-06-11 13:10:00'],
    ['2026:06:11', '2026-06-11 00:00:00'],
    ['20260611', '2026-06-11 00:00:00'],
    ['2026-06-11T13:10', '2026-06-11 13:10:00'],
    ['2026-06-11 13:10:05.25', '2026-06-11 13:10:05'],
    ['2026-06-11T13:10:00Z', '2026-06-11 17:10:00'],
    ['2026:06:11 23:30:00+02:00', '2026-06-12 01:30:00'],
    ['2026-06-11T13:10:00-0330', '2026-06-11 20:40:00'],
  ])('%s is %s on the clock of La Réunion', (text, expected) => {
    expect(readDate(text, 'Indian/Reunion')).toBe(expected);
  });

  test('a zone with daylight saving has its own offset each time of the year', () => {
    expect(readDate('2026-01-01T12:00:00Z', 'Europe/Paris')).toBe('2026-01-01 13:00:00');
    expect(readDate('2026-07-01T12:00:00Z', 'Europe/Paris')).toBe('2026-07-01 14:00:00');
  });

  test.each(['11/06/2026', '2026:02:30', '2026-06-11 24:10', '0000:00:00 00:00:00', '2026', 'soon', ''])(
    '%j is none',
    (text) => expect(readDate(text, 'UTC')).toBeUndefined(),
  );
});

test.each([
  ['12.5', 12.5],
  ['-3,25', -3.25],
  ['1e3', 1000],
  [' 7 ', 7],
  ['1,234,567', undefined],
  ['seven', undefined],
  ['', undefined],
])('the number %j is %s', (text, expected) => {
  expect(typedValue('number', text, 'UTC').number).toBe(expected);
});
