import { aggregateMeasures, type Level, type Measure, type OmmMeasure } from '../measures.ts';
import { bucketEnd } from '../read/bucket-period.ts';
import type { Zone } from '../../time/zone.ts';
import type { Range, Rule, Rules } from './limits.ts';

const DAY = 86_400_000;

/** What belongs together: without its sum a mean would come back as sum ÷ duration. */
const parts = {
  mean: ['avg', 'sum', 'duration'],
  max: ['max', 'max_time', 'max_dir'],
  min: ['min', 'min_time'],
} as const;

/** A station whose aggregates are judged. */
export interface SendingStation {
  zone: Zone;
  rules: Rules;
}

/**
 * The keys of a station's own aggregate, of the bucket that starts at `start` (ms), whose values are doubtful:
 * outside the station's limits, which are a day's for longer buckets too, or contradicting each other. What the
 * station's settings accept is not.
 */
export function doubtedKeys(
  values: Readonly<Record<string, unknown>>,
  level: Level,
  start: number,
  { zone, rules }: SendingStation,
): string[] {
  // All time fills nothing.
  if (level === 'A') return [];
  const days = Math.max(1, Math.round((bucketEnd(level, start, zone) - start) / DAY));
  return aggregateMeasures.flatMap((m) => {
    const rule = rules['of' in m ? m.of : m.name] ?? {};
    if (rule.accept) return [];
    const doubted = doubtedParts(m, rule, rangeOf(m, rule, level, days), (facet) => {
      const value = values[`${m.name}_${facet}`];
      return typeof value === 'number' ? value : Number.NaN;
    });
    return doubted.map((facet) => `${m.name}_${facet}`).filter((key) => key in values);
  });
}

/** `number`: of a facet, NaN where it was not sent. */
function doubtedParts(
  m: Measure | OmmMeasure,
  { slack = Infinity }: Rule,
  [low, high]: Range,
  number: (facet: string) => number,
): string[] {
  const outside = (value: number) => value < low || value > high;
  const max = m.max ? number('max') : Number.NaN;
  const min = m.min ? number('min') : Number.NaN;
  const mean = meanOf(m, number);
  const contrary = min > max + slack;
  const strayed = mean < min - slack || mean > max + slack;
  const direction = number('max_dir');
  return [
    ...(outside(mean) || strayed ? parts.mean : []),
    ...(outside(max) || contrary ? parts.max : direction < 0 || direction > 360 ? ['max_dir'] : []),
    ...(outside(min) || contrary ? parts.min : []),
  ];
}

/** Of totals, what fell in all. */
function meanOf({ aggregate }: Measure, number: (facet: string) => number): number {
  if (aggregate === 'total') return number('sum');
  if (aggregate !== 'mean') return Number.NaN;
  const sent = number('avg');
  return Number.isNaN(sent) ? number('sum') / number('duration') : sent;
}

/** Totals of months and years may be as many times a day's as they have days. */
function rangeOf({ aggregate }: Measure, { hour, day }: Rule, level: Level, days: number): Range {
  const [low, high] = (level === 'H' ? hour : day) ?? [-Infinity, Infinity];
  return [low, aggregate === 'total' ? high * days : high];
}
