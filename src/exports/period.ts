import { isTickDay, type Calendar } from '../task/calendar.ts';
import { addDays, addMonths } from '../time/dates.ts';
import type { CheckedTarget } from './api/target.ts';

/** Which day, month or operation a file is about. */
export interface Period {
  type: CheckedTarget['period'];
  /** The local date on which it is due, `2026-11-20`. */
  businessDay: string;
  /** With `period: 'operation'`: the segment. */
  operation?: string;
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** The ticks of a target: its hours, then every `retryEvery` while they last. An operation has none: an operator says when. */
export function calendarOf(target: CheckedTarget): Calendar {
  return {
    timezone: target.timezone,
    hours: target.period === 'operation' ? [] : target.hours,
    everyMinutes: target.retryEvery / 60_000,
    ...(target.period === 'month' ? { monthly: true } : {}),
    ...(target.weekdays
      ? { weekdays: target.weekdays.map((day) => weekdays.indexOf(day)).sort((a, b) => a - b) }
      : {}),
    ...(target.holidays.length > 0 ? { except: target.holidays } : {}),
  };
}

/** The key of a period in the ledger: `2026-11-20`; of a month the one that the file is about, `2026-10`; of an operation its segment. */
export function periodKey(period: Period): string {
  if (period.type === 'operation') return period.operation!;
  return period.type === 'month' ? spanOf(period).month! : period.businessDay;
}

/** What a run on a local date makes by itself: the day, or the month before. */
export function periodOn(type: 'day' | 'month', date: string): Period {
  return { type: type, businessDay: type === 'month' ? `${date.slice(0, 7)}-01` : date };
}

/** The period about a month, `2026-10`: it is due on the first of the next. */
export function periodAbout(month: string): Period {
  return { type: 'month', businessDay: `${addMonths(month, 1)}-01` };
}

/** The local dates on which a calendar ticks, both ends included, rising. */
export function tickDays(calendar: Calendar, from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) if (isTickDay(calendar, day)) days.push(day);
  return days;
}

/** The days that a period's file is about: local dates, `to` excluded; and its month. */
export interface Span {
  from: string;
  to: string;
  month?: string;
}

/** The day before the business day; of a monthly export the month before. */
export function spanOf({ type, businessDay }: Period): Span {
  const to = type === 'month' ? `${businessDay.slice(0, 7)}-01` : businessDay;
  const dayBefore = addDays(to, -1);
  if (type !== 'month') return { from: dayBefore, to };
  return { from: `${dayBefore.slice(0, 7)}-01`, to, month: dayBefore.slice(0, 7) };
}

/**
 * What placeholders in names stand for: `yyyy`, `MM`, `dd` of the business day (of a monthly export: of the first of the month that it is about),
 * `name`, `campaign`, and with an operation its `segment`.
 */
export function placeholdersOf(
  { name, campaign }: { name: string; campaign: string },
  period: Period,
): Record<string, string> {
  const [yyyy = '', MM = '', dd = ''] = (
    period.type === 'month' ? spanOf(period).from : period.businessDay
  ).split('-');
  return {
    yyyy,
    MM,
    dd,
    name,
    campaign,
    ...(period.operation === undefined ? {} : { segment: period.operation }),
  };
}

/** The placeholders that there are in the names of an export's files. */
export function placeholderNames(type: Period['type']): string[] {
  return ['yyyy', 'MM', 'dd', 'name', 'campaign', ...(type === 'operation' ? ['segment'] : [])];
}

/** The name of an export's file when it gives none. */
export function defaultFile(name: string, type: Period['type'], extension: string): string {
  const which = { day: '{yyyy}{MM}{dd}', month: '{yyyy}{MM}', operation: '{segment}' }[type];
  return `${name}_${which}.${extension}`;
}
