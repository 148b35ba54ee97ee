import type { CustomSeriesOption } from 'echarts/charts';
import type { Measure } from '../measures.ts';
import { coverage, type Bucket, type PlotLevel } from './buckets.ts';
import type { Panel } from './chart.ts';
import { bucketName, labelOf } from './labels.ts';
import { grid, legend, runsOf, timeAxes, WIDTH } from './time-axis.ts';

/** Shares of a bucket's length, from the class on; rounding must not make a whole day look incomplete. */
const classes = [
  { name: 'none', from: 0, color: '#f0f0f0' },
  { name: 'under 50 %', from: Number.MIN_VALUE, color: '#d1495b' },
  { name: '50 to 80 %', from: 0.5, color: '#edae49' },
  { name: '80 to 99 %', from: 0.8, color: '#b5d99c' },
  { name: 'complete', from: 0.9999, color: '#3f8f5b' },
] as const;

const ROW = 22;

/** How much of each bucket the measures cover: a row for each, coloured by class. */
export function completenessPanel(
  buckets: readonly Bucket[],
  level: PlotLevel,
  measures: readonly Measure[],
): Panel {
  const axes = timeAxes(buckets, '');
  const classOf = (share: number) => classes.findLast(({ from }) => share >= from)!;
  const series = classes.map(({ name, color }): CustomSeriesOption => {
    const bars = measures.flatMap((m, row) =>
      runsOf(buckets, (bucket) => (classOf(coverage(bucket, m.name)).name === name ? true : undefined)).map(
        (run) => [run.buckets[0]!.start, run.buckets.at(-1)!.end, row],
      ),
    );
    return {
      type: 'custom',
      name,
      color,
      dimensions: ['start', 'end', 'row'],
      encode: { x: ['start', 'end'], y: 'row' },
      data: bars,
      renderItem(_, api) {
        const [left, middle] = api.coord([api.value(0), api.value(2)]) as [number, number];
        const [right] = api.coord([api.value(1), api.value(2)]) as [number, number];
        const height = ROW - 6;
        // A short gap in a long time is still to be seen.
        const width = Math.max(right - left, 1);
        return {
          type: 'rect',
          shape: { x: left, y: middle - height / 2, width, height },
          style: { fill: color },
        };
      },
    };
  });
  return {
    title: `Completeness: share of each ${bucketName[level]} observed`,
    width: WIDTH,
    height: grid.top + grid.bottom + ROW * measures.length,
    option: {
      ...axes,
      yAxis: {
        type: 'category',
        inverse: true,
        data: measures.map(labelOf),
        axisTick: { show: false },
        axisLine: { show: false },
        axisLabel: { color: '#333' },
      },
      legend: legend(),
      series,
    },
  };
}
