import { columnsByMeasure, type MeasureColumns } from '../load/keys.ts';
import { observationColumns, type Measure } from '../measures.ts';
import type { StationSettings } from '../weather-settings.ts';

export type Range = readonly [low: number, high: number];

/**
 * How the values of one measure of a station are checked. Kept in
 * `station.checks`, so that a change of the settings, or of the built-in limits, is seen.
 */
export interface Rule {
  /** Limits for periods up to an hour. */
  hour?: Range;
  /** For longer ones, where sums may be larger. */
  day?: Range;
  /** By how much a value may lie outside its period's own extremes; absent where they are not held against it. */
  slack?: number;
  /** Doubtful values count all the same. */
  accept?: true;
}

/** The rules of a station, by measure; every measure has one, `{}` where nothing is checked. */
export type Rules = Readonly<Record<string, Rule>>;

/** Sums over more than an hour that have a limit of their own. */
const DAY_LIMITS: Readonly<Record<string, Range>> = { rain: [0, 3000] };

const HOURS_A_DAY = 24;

/**
 * By how much a value may lie outside its period's own min and max: stations read the value a few seconds
 * after they closed the extremes. Seen in 5,940 real observations: 0.48 °C, 2 %, 0.003 hPa, 0.01 V, rounding
 * elsewhere.
 */
const SLACK: Readonly<Record<string, number>> = { '°C': 0.5, '%': 2, hPa: 0.1, V: 0.05 };
const ROUNDING = 1e-6;

/** The rules of a station: the measures' limits, replaced where its settings say so. */
export function rulesOf(settings: StationSettings | undefined): Rules {
  const accepted = new Set<string>(settings?.accept);
  return Object.fromEntries(
    columnsByMeasure.map(({ measure, min, max }) => {
      const hour = settings?.limits?.[measure.name] ?? measure.limits;
      const day = settings?.dayLimits?.[measure.name] ?? (hour && dayLimits(measure, hour));
      // Totals have no cross check: their value is a sum (J/cm²), their extremes are rates.
      const crossed = measure.aggregate !== 'total' && (min >= 0 || max >= 0);
      const rule: Rule = {
        ...(hour && { hour }),
        ...(day && { day }),
        ...(crossed && { slack: SLACK[measure.unit] ?? ROUNDING }),
        ...(accepted.has(measure.name) && { accept: true }),
      };
      return [measure.name, rule];
    }),
  );
}

function dayLimits(measure: Measure, hour: Range): Range {
  if (measure.aggregate !== 'total') return hour;
  return DAY_LIMITS[measure.name] ?? [hour[0], hour[1] * HOURS_A_DAY];
}

/** Limits by column; a value v is within when low[c] ≤ v ≤ high[c]. Columns without limits have ±Infinity. */
interface ColumnLimits {
  low: Float64Array;
  high: Float64Array;
}

/** The rules of a station by column, as `judge.ts` reads them. */
export interface StationLimits {
  hour: ColumnLimits;
  day: ColumnLimits;
  /** By place in `columnsByMeasure`; NaN where nothing is held against the extremes. */
  slack: Float64Array;
  /** Measures whose doubtful values count all the same; by place in `columnsByMeasure`. */
  accepts: readonly boolean[];
}

/** A measure that `rules` lacks has no limits but those that hold for every direction and duration. */
export function limitsOf(rules: Rules): StationLimits {
  const hour = noLimits();
  const day = noLimits();
  for (const columns of columnsByMeasure) {
    const rule = rules[columns.measure.name];
    if (rule?.hour) setLimits(hour, columns, rule.hour);
    if (rule?.day) setLimits(day, columns, rule.day);
    for (const table of [hour, day]) {
      for (const column of [columns.dir, columns.maxDir]) {
        if (column < 0) continue;
        table.low[column] = 0;
        table.high[column] = 360;
      }
      if (columns.duration >= 0) table.low[columns.duration] = 0;
    }
  }
  return {
    hour,
    day,
    slack: Float64Array.from(columnsByMeasure, ({ measure }) => rules[measure.name]?.slack ?? Number.NaN),
    accepts: columnsByMeasure.map(({ measure }) => rules[measure.name]?.accept === true),
  };
}

function noLimits(): ColumnLimits {
  const count = observationColumns.length;
  return { low: new Float64Array(count).fill(-Infinity), high: new Float64Array(count).fill(Infinity) };
}

function setLimits(table: ColumnLimits, columns: MeasureColumns, [low, high]: Range): void {
  for (const column of limitedColumns(columns)) {
    table.low[column] = low;
    table.high[column] = high;
  }
}

/** The columns to which a measure's limits apply. */
export function limitedColumns(columns: MeasureColumns): number[] {
  const limited = [columns.value, columns.avg, columns.max, columns.min];
  // The sum of a mean is value × minutes: it has no limit of its own.
  if (columns.measure.aggregate === 'total') limited.push(columns.sum);
  return limited.filter((column) => column >= 0);
}
