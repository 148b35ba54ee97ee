import { describe, expect, test } from 'vitest';
import { fileName } from '../../../src/exports/files/name.ts';

const placeholders = { yyyy: '2026', MM: '01', dd: '03', name: 'closed', segment: 'A' };

describe('the name of a file', () => {
  test('has its placeholders replaced, each as often as it occurs', () => {
    expect(fileName('{name}_{yyyy}{MM}{dd}_{yyyy}.csv', placeholders)).toBe('closed_20260103_2026.csv');
  });

  test('is not replaced again in what a placeholder stands for', () => {
    expect(fileName('{segment}.csv', { ...placeholders, segment: '{yyyy}' })).toBe('{yyyy}.csv');
  });

  test('may have any letters', () => {
    expect(fileName('fiches clôturées {dd}.csv', placeholders)).toBe('fiches clôturées 03.csv');
  });

  test('refuses placeholders without a value', () => {
    expect(() => fileName('a_{segmnet}.csv', placeholders)).toThrow(
      'the file name "a_{segmnet}.csv" has the placeholder {segmnet}, which has no value here; expected one of {yyyy}, {MM}, {dd}, {name}, {segment}',
    );
    expect(() => fileName('{constructor}.csv', placeholders)).toThrow('{constructor}');
  });

  test.each([
    ['../../etc/passwd', 'has a slash or a backslash'],
    ['a\\b', 'has a slash or a backslash'],
    ['a\nb', 'has control characters'],
    ['a\u0000b', 'has control characters'],
    ['a\uD800b', 'has control characters'],
    ['.', 'begins with a dot'],
    ['..', 'begins with a dot'],
    ['.profile', 'begins with a dot'],
    ['', 'is empty'],
    ['  ', 'is empty'],
    ['é'.repeat(101), 'has 202 bytes, more than 200'],
  ])('refuses what becomes no plain file name: %j', (segment, fault) => {
    expect(() => fileName('{segment}', { ...placeholders, segment })).toThrow(
      new RegExp(`^the file name "\\{segment\\}" becomes .*, which ${fault}; expected a plain file name$`),
    );
  });

  test('may have 200 bytes', () => {
    expect(fileName('{segment}', { segment: 'é'.repeat(100) })).toHaveLength(100);
  });
});
