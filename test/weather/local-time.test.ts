import { describe, expect, it } from 'vitest';
import { explainTime, periodStart, readTime, writeLocal } from '../../src/weather/local-time.ts';
import { zoneOf } from '../../src/time/zone.ts';

const reunion = zoneOf('Indian/Reunion');
const paris = zoneOf('Europe/Paris');
const iso = (instant: number) => new Date(instant).toISOString();

describe('reading times', () => {
  it.each([
    ['2021-06-11T06:35:00', '2021-06-11T02:35:00.000Z'],
    ['2021-06-11 06:35:00', '2021-06-11T02:35:00.000Z'],
    ['2021-06-11T06:35', '2021-06-11T02:35:00.000Z'],
    ['2021-06-11T06:35:00.250', '2021-06-11T02:35:00.250Z'],
    ['2021-06-11T06:35:00Z', '2021-06-11T06:35:00.000Z'],
    ['2021-06-11T06:35:00-02:30', '2021-06-11T09:05:00.000Z'],
    ['2024-02-29T00:00:00', '2024-02-28T20:00:00.000Z'],
    ['1969-12-31T23:59:59+00:00', '1969-12-31T23:59:59.000Z'],
  ])('%s', (text, expected) => {
    expect(iso(readTime(text, reunion))).toBe(expected);
  });

  it.each([
    ['', ''],
    ['yesterday, at about noon', ''],
    ['2021-13-11T00:00:00', ' (there is no month 13)'],
    ['2021-00-11T00:00:00', ' (there is no month 00)'],
    ['2021-06-31T00:00:00', ' (2021-06 has no day 31)'],
    ['2100-02-29T00:00:00', ' (2100-02 has no day 29)'],
    ['2021-06-11T24:00:00', ' (there is no hour 24)'],
    ['2021-06-11T23:60:00', ' (there is no minute 60)'],
    ['2021-06-11T23:59:60', ' (there is no second 60)'],
    ['2021-06-11T23:59:59+99:00', ''],
    ['2021-06-11T23:59:59 bis', ''],
    ['2021-06-11T23:59:5', ''],
    ['2021/06/11T23:59:59', ''],
    ['-021-06-11T23:59:59', ''],
  ])('%j is none%s', (text, why) => {
    expect(readTime(text, reunion)).toBeNaN();
    expect(explainTime(text)).toBe(why);
  });

  it.each([1899, 1999, 2023, 2099])('agrees with Date on every day of %i and the year after', (year) => {
    for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 2, 0, 1); day += 86_400_000) {
      expect(iso(readTime(`${iso(day).slice(0, 19)}Z`, reunion))).toBe(iso(day));
    }
  });
});

describe('zones', () => {
  it('a skipped hour is read with the offset before it, a doubled one is its first coming', () => {
    expect(iso(readTime('2021-03-28T02:30:00', paris))).toBe('2021-03-28T01:30:00.000Z');
    expect(iso(readTime('2021-10-31T02:30:00', paris))).toBe('2021-10-31T00:30:00.000Z');
    expect(iso(readTime('2021-10-31T03:00:00', paris))).toBe('2021-10-31T02:00:00.000Z');
  });

  it.each(['Indian/Reunion', 'Europe/Paris', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia'])(
    '%s: every instant comes back from its local time, but for doubled hours',
    (name) => {
      const zone = zoneOf(name);
      let doubled = 0;
      for (let instant = Date.UTC(2021, 0, 1); instant < Date.UTC(2022, 0, 1); instant += 900_000) {
        if (zone.toInstant(zone.toLocal(instant)) !== instant) doubled += 1;
      }
      expect(doubled).toBeLessThanOrEqual(4);
    },
  );

  it.each([
    ['2021-06-12T00:00:00', '2021-06-11T23:00:00'],
    ['2021-06-11T23:55:00', '2021-06-11T23:00:00'],
    ['2021-06-12T00:05:00', '2021-06-12T00:00:00'],
    ['2021-06-12T01:00:00', '2021-06-12T00:00:00'],
    ['2021-06-12T01:05:00', '2021-06-12T01:00:00'],
  ])('%s belongs to hour %s', (stop, hour) => {
    for (const zone of [reunion, zoneOf('Asia/Kolkata'), zoneOf('Asia/Kathmandu')]) {
      expect(writeLocal(zone.toLocal(zone.hourOf(readTime(stop, zone))))).toBe(hour);
    }
  });

  it('periods start in local time', () => {
    const start = (level: 'H' | 'D' | 'M' | 'Y') =>
      writeLocal(paris.toLocal(periodStart(level, readTime('2021-06-11T13:25:00', paris), paris)));
    expect([start('H'), start('D'), start('M'), start('Y')]).toEqual([
      '2021-06-11T13:00:00',
      '2021-06-11T00:00:00',
      '2021-06-01T00:00:00',
      '2021-01-01T00:00:00',
    ]);
    expect(periodStart('A', 0, paris)).toBe(-Infinity);
  });
});
