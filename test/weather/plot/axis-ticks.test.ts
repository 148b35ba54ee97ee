import { expect, test } from 'vitest';
import { ticksOf } from '../../../src/weather/plot/axis-ticks.ts';

const labels = (from: string, to: string) => {
  const { at, label } = ticksOf(Date.parse(`${from}Z`), Date.parse(`${to}Z`));
  return at.map(label);
};

test('hours of a day, with its date at midnight', () => {
  expect(labels('2026-03-27T00:00', '2026-03-28T00:00')).toEqual([
    '27 Mar',
    '03:00',
    '06:00',
    '09:00',
    '12:00',
    '15:00',
    '18:00',
    '21:00',
    '28 Mar',
  ]);
});

test('days of a month from the first on, never the 31st beside the 1st', () => {
  expect(labels('2026-03-01T00:00', '2026-04-01T00:00')).toEqual([
    '1 Mar',
    '6 Mar',
    '11 Mar',
    '16 Mar',
    '21 Mar',
    '26 Mar',
    '1 Apr',
  ]);
});

test('months of a year, the year where it begins', () => {
  expect(labels('2025-06-15T00:00', '2026-06-15T00:00')).toEqual([
    'Jul 2025',
    'Sep',
    'Nov',
    'Jan 2026',
    'Mar',
    'May',
  ]);
});

test('years of half a century', () => {
  expect(labels('1970-01-01T00:00', '2020-01-01T00:00')).toEqual([
    '1970',
    '1975',
    '1980',
    '1985',
    '1990',
    '1995',
    '2000',
    '2005',
    '2010',
    '2015',
    '2020',
  ]);
});
