import type { CustomSeriesOption } from 'echarts/charts';
import type { Measure } from '../measures.ts';
import { meanOf, type Bucket, type PlotLevel } from './buckets.ts';
import type { Panel, SeriesOption } from './chart.ts';
import { everyBucket, labelWithUnit } from './labels.ts';
import { curve, gaps, legend, runsOf, timeAxes, WIDTH } from './time-axis.ts';

interface Colors {
  mean: string;
  band: string;
  max: string;
  min: string;
}

const blue: Colors = { mean: '#1f5a94', band: '#c9dcef', max: '#5b93c7', min: '#5b93c7' };
const colors: Record<string, Colors> = {
  '°C': { mean: '#a32020', band: '#f7d9c9', max: '#d9622b', min: '#3a78b5' },
  hPa: { mean: '#4d3a7c', band: '#ddd5ec', max: '#8a76b8', min: '#8a76b8' },
  'm/s': { mean: '#1d6b57', band: '#cde6dd', max: '#d9822b', min: '#5aa58f' },
};

/** Speeds, rates and the UV index say something only against nothing; temperatures and pressures need the range. */
const fromZero = new Set(['m/s', 'mm/h', '']);

/** Mean, maximum and minimum of a measure over time, as far as they are kept: a band and a curve. */
export function extremesPanel(buckets: readonly Bucket[], level: PlotLevel, m: Measure): Panel {
  const color = colors[m.unit] ?? blue;
  const band = m.max && m.min;
  const each = everyBucket[level];
  const series: SeriesOption[] = [];
  if (band) series.push(bandOf(`${each} minimum to maximum`, buckets, m.name, color.band));
  if (m.max) {
    const own = m.aggregate === 'mean' || m.min ? { width: 1, color: color.max } : { color: color.max };
    series.push(curve(`${each} maximum`, buckets, (bucket) => bucket.get(m.name, 'max'), own));
  }
  if (m.min) {
    const own = m.aggregate === 'mean' || m.max ? { width: 1, color: color.min } : { color: color.min };
    series.push(curve(`${each} minimum`, buckets, (bucket) => bucket.get(m.name, 'min'), own));
  }
  if (m.aggregate === 'mean') {
    series.push(
      curve(`${each} mean`, buckets, (bucket) => meanOf(bucket, m.name), { color: color.mean, width: 1.8 }),
    );
  }
  const has = (bucket: Bucket) =>
    bucket.get(m.name, 'duration') !== null ||
    bucket.get(m.name, 'max') !== null ||
    bucket.get(m.name, 'min') !== null;
  const first = series.find(({ type }) => type === 'line') as { markArea?: unknown } | undefined;
  if (first) first.markArea = gaps(buckets, has);
  const axes = timeAxes(buckets, m.unit);
  return {
    title: buckets.some(has) ? labelWithUnit(m) : `${labelWithUnit(m)}: no data in this period`,
    width: WIDTH,
    height: 250,
    option: {
      ...axes,
      yAxis: { ...axes.yAxis, scale: !fromZero.has(m.unit) },
      // The band says what its edges say.
      legend: legend(series.map(({ name }) => String(name)).filter((name) => !band || !isEdge(name))),
      series,
    },
  };
}

const isEdge = (name: string) => / (minimum|maximum)$/.test(name) && !name.includes(' to ');

/** One polygon for each run without a gap; a bucket between two gaps gets its whole width. */
function bandOf(
  name: string,
  buckets: readonly Bucket[],
  measure: string,
  color: string,
): CustomSeriesOption {
  const runs = runsOf(buckets, (bucket) =>
    bucket.get(measure, 'min') === null || bucket.get(measure, 'max') === null ? undefined : true,
  );
  return {
    type: 'custom',
    name,
    color,
    z: 1,
    // The axis takes its range from these; the polygon is made of the runs themselves.
    dimensions: ['start', 'end', 'min', 'max'],
    encode: { x: ['start', 'end'], y: ['min', 'max'] },
    data: runs.map((run) => [
      run.buckets[0]!.start,
      run.buckets.at(-1)!.end,
      Math.min(...run.buckets.map((bucket) => bucket.get(measure, 'min')!)),
      Math.max(...run.buckets.map((bucket) => bucket.get(measure, 'max')!)),
    ]),
    renderItem({ dataIndex }, api) {
      const run = runs[dataIndex]!.buckets;
      const edge = (facet: 'min' | 'max') => {
        const at = (x: number, bucket: Bucket) => api.coord([x, bucket.get(measure, facet)!]);
        if (run.length === 1) return [at(run[0]!.start, run[0]!), at(run[0]!.end, run[0]!)];
        return run.map((bucket) => at((bucket.start + bucket.end) / 2, bucket));
      };
      return {
        type: 'polygon',
        shape: { points: [...edge('max'), ...edge('min').reverse()] },
        style: { fill: color },
      };
    },
  };
}
