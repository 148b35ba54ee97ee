import type { Bucket } from './buckets.ts';
import type { ChartOption, SeriesOption } from './chart.ts';
import { ticksOf } from './ticks.ts';

export const WIDTH = 960;
/** The same in every panel, so that times stand above one another. */
export const grid = { left: 124, right: 36, top: 58, bottom: 34 };

type Axis<K extends 'xAxis' | 'yAxis'> = Exclude<NonNullable<ChartOption[K]>, readonly unknown[]>;

/** Axes of a panel over local time. */
export function timeAxes(
  buckets: readonly Bucket[],
  unit: string,
): { grid: typeof grid; xAxis: Axis<'xAxis'>; yAxis: Axis<'yAxis'> } {
  const from = buckets[0]?.from ?? 0;
  const to = buckets.at(-1)?.to ?? from;
  const ticks = ticksOf(from, to);
  return {
    grid,
    xAxis: {
      type: 'time',
      min: from,
      max: to,
      axisLine: { onZero: false, lineStyle: { color: '#888' } },
      axisTick: { show: true, customValues: ticks.at },
      splitLine: { show: true, lineStyle: { color: '#eee' } },
      axisLabel: { color: '#444', customValues: ticks.at, formatter: (at: number) => ticks.label(at) },
    },
    yAxis: {
      type: 'value',
      scale: true,
      name: unit,
      nameLocation: 'end',
      nameGap: 8,
      nameTextStyle: { color: '#444', align: 'right', padding: [0, 6, 0, 0] },
      splitNumber: 4,
      // 1020 hPa, not 1,020.
      axisLabel: { color: '#444', formatter: (value: number) => String(Number(value.toFixed(6))) },
      splitLine: { lineStyle: { color: '#e4e4e4' } },
    },
  };
}

/** The legend stands right of the title. */
export const legend = (names?: string[]): NonNullable<ChartOption['legend']> => ({
  top: 9,
  icon: 'roundRect',
  right: grid.right,
  itemWidth: 18,
  itemHeight: 10,
  textStyle: { color: '#333' },
  ...(names && { data: names }),
});

/** Runs of neighbours for which `test` gives the same, those for which it gives undefined left out. */
export function runsOf<T>(
  buckets: readonly Bucket[],
  test: (bucket: Bucket) => T | undefined,
): { value: T; buckets: Bucket[] }[] {
  const runs: { value: T; buckets: Bucket[] }[] = [];
  let last: T | undefined;
  for (const bucket of buckets) {
    const value = test(bucket);
    if (value !== undefined) {
      if (value === last) runs.at(-1)!.buckets.push(bucket);
      else runs.push({ value, buckets: [bucket] });
    }
    last = value;
  }
  return runs;
}

/** Greys out where `has` says that there is nothing: no rain is not the same as nothing known of rain. */
export function gaps(
  buckets: readonly Bucket[],
  has: (bucket: Bucket) => boolean,
): NonNullable<(SeriesOption & { type: 'line' })['markArea']> {
  return {
    silent: true,
    itemStyle: { color: '#f0f0f0' },
    data: runsOf(buckets, (bucket) => (has(bucket) ? undefined : true)).map((run) => [
      { xAxis: run.buckets[0]!.from },
      { xAxis: run.buckets.at(-1)!.to },
    ]),
  };
}

/** A curve through the middles of the buckets, broken at gaps; a value between two gaps is a dot. */
export function curve(
  name: string,
  buckets: readonly Bucket[],
  valueOf: (bucket: Bucket) => number | null,
  { color, width = 1.6, dashed = false }: { color: string; width?: number; dashed?: boolean },
): SeriesOption & { type: 'line' } {
  const values = buckets.map(valueOf);
  const alone = (i: number) => (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null;
  return {
    type: 'line',
    name,
    color,
    showSymbol: true,
    // The axes hold all of it; a clip would cost a renderer a mask of the whole picture.
    clip: false,
    lineStyle: { width, type: dashed ? 'dashed' : 'solid' },
    data: buckets.map(({ from, to }, i) => ({
      value: [(from + to) / 2, values[i] ?? null] as never,
      symbol: values[i] !== null && alone(i) ? 'circle' : 'none',
      symbolSize: 5,
    })),
  };
}
