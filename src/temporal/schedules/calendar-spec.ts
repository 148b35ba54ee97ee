import type { ScheduleSpec, ScheduleSpecDescription } from '@temporalio/client';
import type { Calendar } from '../../task/calendar.ts';

const weekdays = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;
const months = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;

/** A calendar as a schedule's specification, which the Web UI and `temporal schedule describe` show as it is. */
export function calendarSpec({ timezone, hours, everyMinutes, ...days }: Calendar): ScheduleSpec {
  // Without any hour the schedule never ticks; triggers and backfills are all there is.
  if (hours.length === 0) return { timezone };
  return {
    timezone,
    calendars: [
      {
        hour: [...hours],
        minute: { start: 0, end: 59, step: everyMinutes },
        ...(days.monthly ? { dayOfMonth: 1 } : {}),
        ...(days.weekdays ? { dayOfWeek: days.weekdays.map((day) => weekdays[day]!) } : {}),
      },
    ],
    skip: (days.except ?? []).map((date) => {
      const [year, month, day] = date.length > 5 ? date.split('-') : [undefined, ...date.split('-')];
      return {
        ...(year === undefined ? {} : { year: Number(year) }),
        month: months[Number(month) - 1]!,
        dayOfMonth: Number(day),
        hour: '*',
        minute: '*',
        second: '*',
      };
    }),
  };
}

/** The calendar of a specification, ours or as the server gives it back, as text to compare and to show. */
export function calendarText(spec: ScheduleSpec | ScheduleSpecDescription): string | undefined {
  const calendars = spec.calendars ?? [];
  const skip = spec.skip ?? [];
  if (calendars.length === 0 && skip.length === 0) return undefined;
  const text = (each: object) =>
    ['hour', 'minute', 'dayOfWeek', 'dayOfMonth', 'month', 'year']
      .map((field) => [field, ranges(field, (each as Record<string, unknown>)[field])] as const)
      .filter(([, values]) => values !== '')
      .map(([field, values]) => `${field} ${values}`)
      .join(', ');
  const except = skip.map(text).sort();
  return [
    ...calendars.map(text).sort(),
    ...(except.length > 0 ? [`except ${except.join('; ')}`] : []),
    spec.timezone ?? 'UTC',
  ].join(' · ');
}

/** What a field has when every value counts. */
const everything: Record<string, string> = {
  hour: '0-23',
  minute: '0-59',
  dayOfWeek: 'SUNDAY-SATURDAY',
  dayOfMonth: '1-31',
  month: 'JANUARY-DECEMBER',
};

/** `4,5,6`, whether it came as numbers or as ranges; empty when the field does not restrict anything. */
function ranges(field: string, value: unknown): string {
  if (value === undefined || value === '*') return '';
  const parts = (Array.isArray(value) ? value : [value]) as unknown[];
  const text = parts.map(part).join(',');
  return text === everything[field] ? '' : text;
}

function part(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { start, end = start, step = 1 } = value as { start: unknown; end?: unknown; step?: number };
  if (start === end || (typeof start === 'number' && typeof end === 'number' && start + step > end))
    return String(start);
  return `${String(start)}-${String(end)}${step === 1 ? '' : `/${step}`}`;
}
