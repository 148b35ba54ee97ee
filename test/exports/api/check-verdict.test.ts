import { expect, test } from 'vitest';
import { checkVerdict } from '../../../src/exports/api/verdict.ts';
import { deliver, fail, hold } from '../../../src/index.ts';

test('takes what deliver, hold and fail give', () => {
  for (const verdict of [deliver(), hold('333 lines expected'), fail('empty')])
    expect(checkVerdict(verdict)).toEqual(verdict);
});

test.each([
  [undefined, 'check returned undefined; expected deliver()'],
  [true, 'check returned true'],
  ['deliver', 'check returned "deliver"'],
  [deliver, 'check returned the function deliver'],
  [{ verdict: 'keep' }, 'check returned {"verdict":"keep"}'],
  [fail('  '), "check returned fail() without a reason; expected fail('why')"],
])('takes nothing else: %o', (given, sentence) => {
  expect(() => checkVerdict(given)).toThrow(sentence);
});
