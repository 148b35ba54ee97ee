import { zoneOf } from '../time/zone.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/** When a task ticks by the clock on the wall of a zone, instead of every so often. */
export interface Calendar {
  /** IANA zone. */
  timezone: string;
  /** Local hours, rising; none: it never ticks by itself. */
  hours: readonly number[];
  /** A tick every so many minutes from the full hour on; divides 60. */
  everyMinutes: number;
  /** On the first of the month only. */
  monthly?: boolean;
  /** 0 is Sunday, as in cron; left out: every day. */
  weekdays?: readonly number[];
  /** Days without ticks: `2026-12-25`, or `12-25` of every year. */
  except?: readonly string[];
}

/** The local date of an instant, `2026-11-20`. */
export function localDate(timezone: string, instant: Date): string {
  return dateOf(zoneOf(timezone).toLocal(instant.getTime()));
}

/** Is this instant one of the calendar's ticks? */
export function isTickOf(calendar: Calendar, instant: Date): boolean {
  const local = zoneOf(calendar.timezone).toLocal(instant.getTime());
  const time = ((local % DAY) + DAY) % DAY;
  return (
    time % (calendar.everyMinutes * MINUTE) === 0 &&
    calendar.hours.includes(Math.floor(time / HOUR)) &&
    isTickDay(calendar, dateOf(local))
  );
}

/** Does the calendar tick on this local date? */
export function isTickDay({ monthly, weekdays, except = [] }: Calendar, date: string): boolean {
  if (monthly && !date.endsWith('-01')) return false;
  if (weekdays && !weekdays.includes(new Date(`${date}T00:00:00Z`).getUTCDay())) return false;
  return !except.includes(date) && !except.includes(date.slice(5));
}

/** How far a tick is looked for: a calendar that ticks at all does so within these days (29 February apart). */
const furthest = 800;

/** The first tick after an instant (ms since 1970); undefined when there is none. */
export function nextTickOf(calendar: Calendar, after: number): Date | undefined {
  const zone = zoneOf(calendar.timezone);
  const today = Math.floor(zone.toLocal(after) / DAY) * DAY;
  for (let day = 0; day < furthest && calendar.hours.length > 0; day++) {
    const midnight = today + day * DAY;
    if (!isTickDay(calendar, dateOf(midnight))) continue;
    for (const hour of calendar.hours)
      for (let minute = 0; minute < 60; minute += calendar.everyMinutes) {
        const tick = new Date(zone.toInstant(midnight + hour * HOUR + minute * MINUTE));
        // Where the clocks skip an hour its ticks do not come.
        if (tick.getTime() > after && isTickOf(calendar, tick)) return tick;
      }
  }
  return undefined;
}

/** When the last hour of a local date's ticks is over: no tick of that date comes from then on. */
export function endOfTicks(calendar: Calendar, date: string): Date {
  const last = calendar.hours.at(-1) ?? 23;
  return new Date(zoneOf(calendar.timezone).toInstant(Date.parse(`${date}T00:00:00Z`) + (last + 1) * HOUR));
}

const dateOf = (local: number) => new Date(local).toISOString().slice(0, 10);
