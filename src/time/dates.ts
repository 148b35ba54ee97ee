const DAY = 86_400_000;

/** The local date so many days after `date`, `2026-11-20`; before it when negative. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** The month so many months after `month`, `2026-11`; before it when negative. */
export function addMonths(month: string, months: number): string {
  const date = new Date(`${month}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.toISOString().slice(0, 7);
}

/** The months from one to another, both included, rising. */
export function monthsFrom(first: string, last: string): string[] {
  const months: string[] = [];
  for (let month = first; month <= last; month = addMonths(month, 1)) months.push(month);
  return months;
}

/** Is this a date that there is, `2026-11-20`? */
export function isDate(text: unknown): text is string {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Is this a month that there is, `2026-10`? */
export const isMonth = (text: unknown): text is string =>
  typeof text === 'string' && /^\d{4}-\d\d$/.test(text) && isDate(`${text}-01`);

/** Midnight of a day, written as if it were UTC (ms). Throws RangeError when there is no such day. */
export function parseDay(text: string): number {
  const midnight = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // Date takes 31 February for 3 March.
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(text)) {
    throw new RangeError(`${JSON.stringify(text)} is no day: expected a date such as 2026-06-01`);
  }
  return midnight;
}
