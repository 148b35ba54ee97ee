import { isTickDay, type Calendar } from '../../task/calendar.ts';
import type { Unit } from '../host/description.ts';
import { spanOf } from '../host/span.ts';
import { addDays, addMonths } from '../../time/dates.ts';
import type { CheckedTarget } from './target.ts';

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

/** The key of a unit in the ledger: `2026-11-20`; of a month the one that the file is about, `2026-10`; of an operation its segment. */
export function unitKey(unit: Unit): string {
  if (unit.period === 'operation') return unit.operation!;
  return unit.period === 'month' ? spanOf(unit).month! : unit.businessDay;
}

/** What a run on a local date makes by itself: the day, or the month before. */
export function unitOn(period: 'day' | 'month', date: string): Unit {
  return { period, businessDay: period === 'month' ? `${date.slice(0, 7)}-01` : date };
}

/** The unit about a month, `2026-10`: it is due on the first of the next. */
export function unitAbout(month: string): Unit {
  return { period: 'month', businessDay: `${addMonths(month, 1)}-01` };
}

/** The local dates on which a calendar ticks, both ends included, rising. */
export function tickDays(calendar: Calendar, from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) if (isTickDay(calendar, day)) days.push(day);
  return days;
}
