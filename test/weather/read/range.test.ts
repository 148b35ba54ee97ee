import { expect, test } from 'vitest';
import { zoneOf } from '../../../src/time/zone.ts';
import { bucketsBetween, momentsBetween, type Dates } from '../../../src/weather/read/range.ts';

const paris = zoneOf('Europe/Paris');
const spell = ({ start, end }: { start: number; end: number }) =>
  [start, end].map((at) => (Number.isFinite(at) ? new Date(at).toISOString().slice(0, 16) : at));

test.each<[Dates, (string | number)[], (string | number)[]]>([
  [{}, [-Infinity, Infinity], [-Infinity, Infinity]],
  // A day of 25 hours.
  [
    { from: '2021-10-31', to: '2021-10-31' },
    ['2021-10-30T22:00', '2021-10-31T23:00'],
    ['2021-10-30T22:00', '2021-10-31T23:00'],
  ],
  [{ to: '2021-06-01T13' }, [-Infinity, '2021-06-01T12:00'], [-Infinity, '2021-06-01T12:00']],
  // A time is the bucket that it names, or that moment.
  [
    { from: '2021-06-01T12:00', to: '2021-06-01T13:00' },
    ['2021-06-01T10:00', '2021-06-01T11:01'],
    ['2021-06-01T10:00', '2021-06-01T11:00'],
  ],
])('%j are buckets from %j, moments in %j', (dates, buckets, moments) => {
  expect(spell(bucketsBetween(dates, paris))).toEqual(buckets);
  expect(spell(momentsBetween(dates, paris))).toEqual(moments);
});

test('an end that is not after the start is refused, and so are dates at all time', () => {
  for (const between of [bucketsBetween, momentsBetween]) {
    expect(() => between({ from: '2021-06-02', to: '2021-06-01' }, paris)).toThrow(
      'the end "2021-06-01" is not after the start "2021-06-02"',
    );
  }
  expect(() => bucketsBetween({ from: '2021' }, paris, 'A')).toThrow('level A holds all time');
});
