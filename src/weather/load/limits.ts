import { observationColumns, type Measure } from '../measures.ts';
import type { StationSettings } from '../settings.ts';
import { columnsByMeasure, type MeasureColumns } from './keys.ts';

/** Limits by column; a value v is within when low[c] ≤ v ≤ high[c]. Columns without limits have ±Infinity. */
export interface ColumnLimits {
  low: Float64Array;
  high: Float64Array;
}

/** What is checked of a station's values (spec §2 "Physical limits", "Cross"). */
export interface StationLimits {
  /** For periods up to an hour. */
  hour: ColumnLimits;
  /** For longer ones, where sums may be larger. */
  day: ColumnLimits;
  /** Measures whose doubtful values count all the same; by place in `columnsByMeasure`. */
  accepts: readonly boolean[];
}

/** Sums over more than an hour that have a limit of their own. */
const DAY_LIMITS: Readonly<Record<string, readonly [number, number]>> = { rain: [0, 3000] };

const HOURS_A_DAY = 24;

/**
 * By how much a value may lie outside its period's own min and max: stations read the value a few seconds
 * after they closed the extremes. Seen in 5,940 real observations: 0.48 °C, 2 %, 0.003 hPa, 0.01 V, rounding
 * elsewhere.
 */
const SLACK: Readonly<Record<string, number>> = { '°C': 0.5, '%': 2, hPa: 0.1, V: 0.05 };
const ROUNDING = 1e-6;

/** The limits of a station: the measures', replaced where its settings say so. */
export function limitsOf(settings: StationSettings | undefined): StationLimits {
  const hour = noLimits();
  const day = noLimits();
  for (const columns of columnsByMeasure) {
    const { measure } = columns;
    const own = settings?.limits?.[measure.name];
    const limits = own ?? measure.limits;
    if (limits) {
      setLimits(hour, columns, limits);
      setLimits(day, columns, own ?? dayLimits(measure, limits));
    }
    for (const column of [columns.dir, columns.maxDir]) {
      if (column < 0) continue;
      for (const table of [hour, day]) {
        table.low[column] = 0;
        table.high[column] = 360;
      }
    }
    for (const table of [hour, day]) if (columns.duration >= 0) table.low[columns.duration] = 0;
  }
  const accepted = new Set<string>(settings?.accept);
  return { hour, day, accepts: columnsByMeasure.map(({ measure }) => accepted.has(measure.name)) };
}

function dayLimits(measure: Measure, limits: readonly [number, number]): readonly [number, number] {
  if (measure.aggregate !== 'total') return limits;
  return DAY_LIMITS[measure.name] ?? [limits[0], limits[1] * HOURS_A_DAY];
}

function noLimits(): ColumnLimits {
  const count = observationColumns.length;
  return { low: new Float64Array(count).fill(-Infinity), high: new Float64Array(count).fill(Infinity) };
}

function setLimits(
  table: ColumnLimits,
  columns: MeasureColumns,
  [low, high]: readonly [number, number],
): void {
  const limited = [columns.value, columns.avg, columns.max, columns.min];
  // The sum of a mean is value × minutes: it has no limit of its own.
  if (columns.measure.aggregate === 'total') limited.push(columns.sum);
  for (const column of limited) {
    if (column < 0) continue;
    table.low[column] = low;
    table.high[column] = high;
  }
}

/** A measure whose value must lie between its extremes. */
export interface CrossCheck {
  /** Place in `columnsByMeasure`. */
  measure: number;
  value: number;
  /** Column, or -1. */
  min: number;
  max: number;
  slack: number;
}

/** Totals are left out: their value is a sum (J/cm²), their extremes are rates. */
export const crossChecks: readonly CrossCheck[] = columnsByMeasure.flatMap((columns, measure) =>
  columns.measure.aggregate === 'total' || (columns.min < 0 && columns.max < 0)
    ? []
    : [
        {
          measure,
          value: columns.value,
          min: columns.min,
          max: columns.max,
          slack: SLACK[columns.measure.unit] ?? ROUNDING,
        },
      ],
);

/** The measure that a column belongs to, as its place in `columnsByMeasure`. */
export const measureOfColumn: readonly number[] = columnsByMeasure.flatMap(({ measure }, index) =>
  Array.from({ length: 1 + measure.facets.length }, () => index),
);

/**
 * Columns that lose their meaning with this one: a doubtful maximum takes its time and direction along.
 */
export const followers: ReadonlyMap<number, readonly number[]> = new Map(
  columnsByMeasure.flatMap(({ max, maxTime, maxDir, min, minTime }) => [
    [max, [maxTime, maxDir].filter((c) => c >= 0)] as const,
    [min, [minTime].filter((c) => c >= 0)] as const,
  ]),
);
