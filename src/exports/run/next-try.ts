import { endOfTicks, nextTickOf } from '../../task/calendar.ts';
import type { Description } from '../host/description.ts';
import type { UnitRow } from '../ledger/unit.ts';
import { calendarOf } from '../timing/unit.ts';

/** The next tick that makes or delivers a unit by itself; undefined when its hours are over, or it has none. */
export function nextTry(
  { target }: Description,
  { businessDay }: UnitRow,
  now: () => number,
): Date | undefined {
  const calendar = calendarOf(target);
  const next = nextTickOf(calendar, now());
  return next !== undefined && next < endOfTicks(calendar, businessDay) ? next : undefined;
}
