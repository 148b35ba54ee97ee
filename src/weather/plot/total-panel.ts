import type { CustomSeriesOption } from 'echarts/charts';
import type { Measure } from '../measures.ts';
import type { Bucket, PlotLevel } from './buckets.ts';
import type { Panel } from './chart.ts';
import { everyBucket, labelWithUnit } from './labels.ts';
import { curve, gaps, legend, timeAxes, WIDTH } from './time-axis.ts';

const colors: Record<string, string> = { mm: '#2c6fb3', 'J/cm²': '#d99a1c' };

/** Totals as bars, each as wide as its bucket. */
export function totalPanel(buckets: readonly Bucket[], level: PlotLevel, m: Measure): Panel {
  const color = colors[m.unit] ?? '#2c6fb3';
  const total = (bucket: Bucket) => bucket.get(m.name, 'sum');
  const highest = Math.max(0, ...buckets.map((bucket) => total(bucket) ?? 0));
  const known = buckets.some((bucket) => total(bucket) !== null);
  const axes = timeAxes(buckets, m.unit);
  return {
    title: known ? labelWithUnit(m) : `${labelWithUnit(m)}: no data in this period`,
    width: WIDTH,
    height: 220,
    option: {
      ...axes,
      // From zero; where nothing fell there is no range to take steps from.
      yAxis: { ...axes.yAxis, scale: false, min: 0, ...(highest > 0 ? {} : { max: 1, interval: 0.5 }) },
      legend: legend([`${everyBucket[level]} total`]),
      series: [
        {
          ...curve('no data', buckets, () => null, { color }),
          markArea: gaps(buckets, (b) => total(b) !== null),
        },
        barsOf(`${everyBucket[level]} total`, buckets, total, color),
      ],
    },
  };
}

function barsOf(
  name: string,
  buckets: readonly Bucket[],
  valueOf: (bucket: Bucket) => number | null,
  color: string,
): CustomSeriesOption {
  const known = buckets.filter((bucket) => valueOf(bucket) !== null);
  return {
    type: 'custom',
    name,
    color,
    dimensions: ['start', 'end', 'value'],
    encode: { x: ['start', 'end'], y: 'value' },
    data: known.map((bucket) => [bucket.start, bucket.end, valueOf(bucket)!]),
    renderItem(_, api) {
      const [left, top] = api.coord([api.value(0), api.value(2)]) as [number, number];
      const [right, bottom] = api.coord([api.value(1), 0]) as [number, number];
      const width = right - left;
      const space = Math.min(width * 0.15, 2);
      return {
        type: 'rect',
        shape: { x: left + space / 2, y: top, width: width - space, height: bottom - top },
        style: { fill: color },
      };
    },
  };
}
