import { expect, test } from 'vitest';
import { checkAttention, checkPoll, checkReport } from '../../src/task/answers.ts';

/** What kinds answer is code of users: what is wrong with it is told with the kind, the member and what was expected. */

const report = { outcome: 'done', counts: { files: 1 }, changed: true };

test('answers as they should be are given as they are', () => {
  expect(checkPoll('k', { work: false, waiting: [{ what: 'files', count: 2 }] })).toMatchObject({
    work: false,
  });
  expect(checkReport('k', report)).toBe(report);
  expect(checkAttention('k', { count: 0, latest: [] })).toEqual({ count: 0, latest: [] });
});

test.each<[(kind: string, given: unknown) => unknown, unknown, string]>([
  [checkPoll, null, 'the kind k: poll gave null; expected an object'],
  [checkPoll, { work: 'yes' }, 'the kind k: poll gave work = "yes"; expected true or false'],
  [
    checkPoll,
    { work: true, waiting: 5 },
    'the kind k: poll gave waiting = 5; expected a list of { what, count }',
  ],
  [checkReport, undefined, 'the kind k: work gave undefined; expected an object'],
  [
    checkReport,
    { ...report, outcome: 'ok' },
    'work gave outcome = "ok"; expected one of done, idle, waiting, stopped',
  ],
  [
    checkReport,
    { ...report, counts: { n: 1n } },
    'work gave counts = an object; expected an object of numbers',
  ],
  [checkReport, { ...report, changed: undefined }, 'work gave changed = undefined; expected true or false'],
  [checkAttention, { nope: 1 }, 'attention gave count = undefined; expected a number'],
])('%# is refused in words', (check, given, words) => {
  expect(() => check('k', given)).toThrow(words);
});
