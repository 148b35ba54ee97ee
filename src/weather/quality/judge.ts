import { columnsByMeasure } from '../load/keys.ts';
import { observationColumns } from '../measures.ts';
import type { StationLimits } from './limits.ts';

/** A period longer than this has a day's limits. */
export const HOUR_MINUTES = 60;

/** Under this key `doubtful` and `excluded` name the columns that their source itself calls doubtful. */
export const MARKED = 'marked';

/** The measure that a column belongs to, as its place in `columnsByMeasure`. */
export const measureOfColumn: readonly number[] = columnsByMeasure.flatMap(({ measure }, index) =>
  Array.from({ length: 1 + measure.facets.length }, () => index),
);

/** Columns that lose their meaning with this one: a doubtful maximum takes its time and direction along. */
const dependents: ReadonlyMap<number, readonly number[]> = new Map(
  columnsByMeasure.flatMap(({ max, maxTime, maxDir, min, minTime }) => [
    [max, [maxTime, maxDir].filter((c) => c >= 0)] as const,
    [min, [minTime].filter((c) => c >= 0)] as const,
  ]),
);

/** Measures whose value must lie between its extremes: places in `columnsByMeasure`. */
const crossed = columnsByMeasure.flatMap(({ min, max }, index) => (min < 0 && max < 0 ? [] : index));

/** Sums of means: value × minutes, checked as the mean they stand for. */
const meanSums = columnsByMeasure.filter(({ sum, measure }) => sum >= 0 && measure.aggregate === 'mean');

const NONE: readonly number[] = [];

/**
 * The columns of an observation whose values are doubtful: outside the station's limits, contradicting
 * their own extremes, or `marked` so by whoever sent them. `values` by column of `observationColumns`, NaN = null;
 * `duration` in minutes. The loader and the review of what is loaded both judge by this, so they agree.
 */
export function doubtedColumns(
  values: Float64Array,
  duration: number,
  limits: StationLimits,
  marked: readonly number[] = NONE,
): number[] {
  const doubted: number[] = [];
  const doubt = (column: number) => {
    if (!doubted.includes(column)) doubted.push(column);
  };
  const { low, high } = duration > HOUR_MINUTES ? limits.day : limits.hour;
  for (let column = 0; column < values.length; column += 1) {
    const value = values[column]!;
    if (value < low[column]! || value > high[column]!) doubted.push(column);
  }
  for (const column of marked) if (values[column] === values[column]) doubt(column);
  // min ≤ value ≤ max. The value is doubted; the extremes too when they contradict each other.
  for (const index of crossed) {
    const { value, min, max } = columnsByMeasure[index]!;
    const slack = limits.slack[index]!;
    const least = min < 0 ? Number.NaN : values[min]!;
    const most = max < 0 ? Number.NaN : values[max]!;
    if (values[value]! < least - slack || values[value]! > most + slack) doubt(value);
    if (least > most + slack) {
      doubt(min);
      doubt(max);
    }
  }
  for (const { sum, duration: own, value } of meanSums) {
    if (values[sum] !== values[sum]) continue;
    const minutes = own >= 0 && values[own] === values[own] ? values[own]! : duration;
    const mean = values[sum]! / minutes;
    if (mean < limits.hour.low[value]! || mean > limits.hour.high[value]!) doubt(sum);
  }
  return doubted;
}

/** Values that stand beside the columns, by key: numbers, times as ISO UTC. */
export type Aside = Record<string, unknown>;

/**
 * Moves doubted values out of their columns, so that no aggregate has to look, and gives them by key; undefined when
 * there are none. Those that the station's settings accept stay in their columns as well.
 */
export function setAside(
  values: Float64Array,
  doubted: readonly number[],
  accepts: readonly boolean[],
  marked: readonly number[] = NONE,
): Aside | undefined {
  if (doubted.length === 0) return undefined;
  const aside: Aside = {};
  for (const column of doubted) {
    copyAside(values, column, aside);
    if (accepts[measureOfColumn[column]!]) continue;
    values[column] = Number.NaN;
    for (const follower of dependents.get(column) ?? NONE) {
      copyAside(values, follower, aside);
      values[follower] = Number.NaN;
    }
  }
  noteMarks(marked, aside);
  return aside;
}

/** Writes the value of a column into `aside`, under its key; nothing when there is none, or no longer. */
export function copyAside(values: Float64Array, column: number, aside: Aside): void {
  const value = values[column]!;
  if (value !== value) return;
  const { name, type } = observationColumns[column]!;
  aside[name] = type === 'time' ? new Date(value).toISOString() : value;
}

/** Notes beside the values which of them their source called doubtful: judged again, they must be so again. */
export function noteMarks(marked: readonly number[], aside: Aside): void {
  const names = marked.map((column) => observationColumns[column]!.name).filter((name) => name in aside);
  if (names.length > 0) aside[MARKED] = names;
}
