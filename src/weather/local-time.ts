import type { Zone } from '../time/zone.ts';
import type { Level } from './measures.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAYS_IN = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The instant (ms) that a station's time stands for: `YYYY-MM-DDTHH:MM[:SS[.fff]]`, local unless a `Z` or
 * `±HH:MM` follows. NaN when it is no such time; `explainTime` says why. Written by hand because an
 * observation carries sixteen of them, and because `Date` would turn 31 June into 1 July.
 */
export function readTime(text: string, zone: Zone): number {
  if (text.length < 16) return Number.NaN;
  const year = pair(text, 0) * 100 + pair(text, 2);
  const month = pair(text, 5);
  const day = pair(text, 8);
  const hour = pair(text, 11);
  const minute = pair(text, 14);
  const t = text.charCodeAt(10);
  if (
    !(year >= 1 && month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59) ||
    text.charCodeAt(4) !== 45 ||
    text.charCodeAt(7) !== 45 ||
    (t !== 84 && t !== 32) ||
    text.charCodeAt(13) !== 58 ||
    (day > 28 && day > daysIn(year, month))
  ) {
    return Number.NaN;
  }
  let local = daysSince1970(year, month, day) * DAY + hour * HOUR + minute * MINUTE;
  let at = 16;
  if (text.charCodeAt(at) === 58) {
    const second = pair(text, 17);
    if (!(second <= 59)) return Number.NaN;
    local += second * 1000;
    at = 19;
    if (text.charCodeAt(at) === 46) {
      const fraction = /^\.\d{1,9}/.exec(text.slice(at))?.[0];
      if (!fraction) return Number.NaN;
      local += Math.round(Number(fraction) * 1000);
      at += fraction.length;
    }
  }
  if (at === text.length) return zone.toInstant(local);
  const offset = readOffset(text.slice(at));
  return local - offset;
}

/** `Z` or `±HH:MM` as ms; NaN when it is neither. */
function readOffset(text: string): number {
  if (text === 'Z') return 0;
  const match = /^([+-])(\d\d):?([0-5]\d)$/.exec(text);
  if (!match || Number(match[2]) > 15) return Number.NaN;
  const offset = Number(match[2]) * HOUR + Number(match[3]) * MINUTE;
  return match[1] === '-' ? -offset : offset;
}

/** Why `readTime` refused a text, to stand after "expected a time as YYYY-MM-DDTHH:MM:SS". */
export function explainTime(text: string): string {
  const match = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?/.exec(text);
  if (!match) return '';
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (!(month >= 1 && month <= 12)) return ` (there is no month ${match[2]})`;
  if (!(day >= 1 && day <= daysIn(year, month))) return ` (${match[1]}-${match[2]} has no day ${match[3]})`;
  if (hour > 23) return ` (there is no hour ${match[4]})`;
  if (minute > 59) return ` (there is no minute ${match[5]})`;
  if (second > 59) return ` (there is no second ${match[6]})`;
  return '';
}

/** A local time (ms) as stations write it: `2021-06-11T06:35:00`. */
export function writeLocal(local: number): string {
  return new Date(local).toISOString().slice(0, 19);
}

/** The two decimal digits from `at`; NaN when one is none. */
function pair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysIn(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : DAYS_IN[month - 1]!;
}

function daysSince1970(year: number, month: number, day: number): number {
  const past = year - 1;
  const days = past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  return days + DAYS_BEFORE[month - 1]! + (month > 2 && isLeap(year) ? 1 : 0) + day - 1 - 719_162;
}

/** Start of the hour, day, month or year of local time that holds an instant (its own start included); `A`: −∞. */
export function periodStart(level: Level, instant: number, zone: Zone): number {
  if (level === 'A') return -Infinity;
  const offset = zone.offsetAt(instant);
  const local = instant + offset;
  if (level === 'H') return Math.floor(local / HOUR) * HOUR - offset;
  const date = new Date(local);
  date.setUTCHours(0, 0, 0, 0);
  if (level !== 'D') date.setUTCDate(1);
  if (level === 'Y') date.setUTCMonth(0);
  return zone.toInstant(date.getTime());
}
