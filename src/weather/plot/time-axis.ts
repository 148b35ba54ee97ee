import type { Bucket } from './buckets.ts';
import type { ChartOption, SeriesOption } from './chart.ts';
import { ticksOf } from './axis-ticks.ts';

export const WIDTH = 960;
/**
 * The same in every panel, so that times stand above one another: labels have room enough, and must not move it, as wide
 * as ECharts takes them for without a browser to ask.
 */
export const grid = { left: 148, right: 36, top: 58, bottom: 34, outerBoundsMode: 'none' as const };

type Axis<K extends 'xAxis' | 'yAxis'> = Exclude<NonNullable<ChartOption[K]>, readonly unknown[]>;

/**
 * Axes of a panel over time, marked as the station's clock shows it: where clocks go back an hour more lies between two
 * marks, where they go forward an hour less.
 */
export function timeAxes(
  buckets: readonly Bucket[],
  unit: string,
): { grid: typeof grid; xAxis: Axis<'xAxis'>; yAxis: Axis<'yAxis'> } {
  const { start, zone } = buckets[0]!;
  const { end } = buckets.at(-1)!;
  const { at, label } = ticksOf(zone.toLocal(start), zone.toLocal(end));
  const ticks = new Map(
    at.map((local) => {
      const instant = zone.toInstant(local);
      // Of a time that the clock skips, the one that it shows instead.
      return [instant, label(zone.toLocal(instant))];
    }),
  );
  const customValues = [...ticks.keys()];
  return {
    grid,
    xAxis: {
      type: 'time',
      min: start,
      max: end,
      axisLine: { onZero: false, lineStyle: { color: '#888' } },
      axisTick: { show: true, customValues },
      splitLine: { show: true, lineStyle: { color: '#eee' } },
      axisLabel: { color: '#444', customValues, formatter: (instant: number) => ticks.get(instant) ?? '' },
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
      { xAxis: run.buckets[0]!.start },
      { xAxis: run.buckets.at(-1)!.end },
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
    data: buckets.map(({ start, end }, i) => ({
      value: [(start + end) / 2, values[i] ?? null] as never,
      symbol: values[i] !== null && alone(i) ? 'circle' : 'none',
      symbolSize: 5,
    })),
  };
}
