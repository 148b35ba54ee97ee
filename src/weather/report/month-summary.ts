import type { Day } from './month.ts';

/** A column's mean and sum, and its extremes with their dates; null where nothing is known. */
export interface Summary {
  mean: number | null;
  sum: number | null;
  lowest: { value: number; date: string } | null;
  highest: { value: number; date: string } | null;
}

/** Of the days that have a value; the earliest day on a tie. */
export function summarize(days: readonly Day[], valueOf: (day: Day) => number | null): Summary {
  const known = days
    .map((day) => ({ value: valueOf(day), date: day.date }))
    .filter((each): each is { value: number; date: string } => each.value !== null);
  const sum = known.reduce((total, { value }) => total + value, 0);
  const [first] = known;
  if (!first) return { mean: null, sum: null, lowest: null, highest: null };
  return {
    mean: sum / known.length,
    sum,
    lowest: known.reduce((best, each) => (each.value < best.value ? each : best), first),
    highest: known.reduce((best, each) => (each.value > best.value ? each : best), first),
  };
}
