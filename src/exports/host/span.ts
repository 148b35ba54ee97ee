import { addDays } from '../../time/dates.ts';
import type { Unit } from './description.ts';

/** The days that a unit's file is about: local dates, `to` excluded; and its month. */
export interface Span {
  from: string;
  to: string;
  month?: string;
}

/** The day before the business day; of a monthly export the month before. */
export function spanOf({ period, businessDay }: Unit): Span {
  const to = period === 'month' ? `${businessDay.slice(0, 7)}-01` : businessDay;
  const dayBefore = addDays(to, -1);
  if (period !== 'month') return { from: dayBefore, to };
  return { from: `${dayBefore.slice(0, 7)}-01`, to, month: dayBefore.slice(0, 7) };
}
