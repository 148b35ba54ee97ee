import { expect, test } from 'vitest';
import { periodsRequested, type Request } from '../../../src/exports/ledger/requested-periods.ts';
import { targetSchema } from '../../../src/exports/api/target.ts';
import { calendarOf, periodKey } from '../../../src/exports/period.ts';

/** What a request means, and the words for what it cannot mean. */

const now = new Date('2026-11-20T23:30:00Z');
const asked = (request: Request, target: object = {}) => {
  const checked = targetSchema.parse(target);
  return periodsRequested(request, checked, calendarOf(checked), now).map(periodKey);
};

test.each<[string, Request, object, string[]]>([
  ['today, on the clock of the zone', {}, { timezone: 'Indian/Reunion' }, ['2026-11-21']],
  ['a day', { day: '2026-11-01' }, {}, ['2026-11-01']],
  ['the month before', {}, { period: 'month' }, ['2026-10']],
  ['a month', { month: '2026-09' }, { period: 'month' }, ['2026-09']],
  ['an operation', { operation: ' S12 ' }, { period: 'operation' }, ['S12']],
  [
    'due days of a span, up to today',
    { from: '2026-11-18', to: '2026-12-31' },
    { holidays: ['11-19'] },
    ['2026-11-18', '2026-11-20'],
  ],
  [
    'months of a span',
    { from: '2026-08-01', to: '2026-12-31' },
    { period: 'month' },
    ['2026-08', '2026-09', '2026-10'],
  ],
])('%s', (_, request, target, keys) => {
  expect(asked(request, target)).toEqual(keys);
});

test.each<[Request, object, RegExp]>([
  [{ day: '2026-11-21' }, {}, /^2026-11-21 is not over: it is due on 2026-11-21, and today is 2026-11-20$/],
  [{ day: '2026-02-30' }, {}, /^"2026-02-30" is no day; expected one such as/],
  [{ day: 20 }, {}, /^20 is no day/],
  [{ month: '2026-11' }, { period: 'month' }, /^2026-11 is not over/],
  [{ day: '2026-11-01' }, { period: 'month' }, /^it is made once a month: expected --month, not --day$/],
  [{}, { period: 'operation' }, /say of which, with --operation <segment>$/],
  [{ operation: '../S12' }, { period: 'operation' }, /is no segment/],
  [{ from: '2026-11-02', to: '2026-11-01' }, {}, /^--from 2026-11-02 is later than --to 2026-11-01$/],
  [{ from: '2026-11-02' }, {}, /^expected --from and --to/],
  [{ from: '2020-01-01', to: '2026-11-01' }, {}, /^that is \d+ files; expected at most 1000 at once$/],
])('%o of %o is refused', (request, target, words) => {
  expect(() => asked(request, target)).toThrow(words);
});
