import type { Quantity } from './quantities.ts';

/** What a mean is made of: each period's average, or the value at its end (`meanFrom` of the settings). */
export type MeanFrom = 'average' | 'instant';

/**
 * How far our means may be from the station's, by unit, while ours are made of averages: stations make theirs of the
 * values at the ends of periods. Greatest differences measured over 32 days of two stations, rounded up. Not
 * wind: stations make its mean of averages too.
 */
const averaged: Readonly<Record<string, number>> = { '°C': 0.01, '%': 0.09, hPa: 0.006, V: 0.0001 };

/**
 * What stations make of more than they send, so that a difference says nothing; as found on the same days. Directions
 * of a day's strongest wind come from an average; rates of rain leave periods out; radiation is summed from each reading
 * of the instrument (0.4 % apart, either way). Times of extremes are not compared at all: equal ones are frequent.
 */
const unchecked = new Set(['max_dir', 'rain_rate mean', 'rain_rate duration', 'radiation sum']);

/** Stations write 12 significant digits: what is equal differs by half of the last, and by the rounding of sums. */
export const rounding = (value: number) => Math.max(1e-9, Math.abs(value) * 1e-11);

/**
 * Greatest difference at which a number of ours agrees with the station's `value`; undefined where a difference says
 * nothing. Maxima, minima, durations, totals and OMM values agree to the digits that stations write, and so do means
 * made of instants.
 */
export function toleranceOf(
  { name, base, part, unit }: Quantity,
  value: number,
  meanFrom: MeanFrom,
): number | undefined {
  if (unchecked.has(part) || unchecked.has(`${name} ${part}`)) return undefined;
  if (part === 'mean' && name === base && meanFrom === 'average') return averaged[unit] ?? rounding(value);
  return rounding(value);
}
