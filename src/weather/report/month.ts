import type { ClientBase } from 'pg';
import type { Zone } from '../../time/zone.ts';
import { aggregateFacets, aggregateMeasures, type Measure } from '../measures.ts';
import { coverage, meanOf, readBuckets, type Bucket } from '../plot/buckets.ts';
import { describeExtent } from '../read/extent.ts';
import { knownMeasures } from '../read/known-measures.ts';
import type { KnownStation } from '../read/find-by-name.ts';
import { NoData } from '../read/no-data.ts';
import { parsePeriod, type Period } from '../read/bucket-period.ts';
import { writeTime } from '../read/write-time.ts';

/** An extreme and its moment (instant, ms). */
export interface Extreme {
  value: number;
  at: number | null;
  /** Degrees. */
  dir?: number | null;
}

/** A day of the climatological table; absent is null. */
export interface Day {
  /** Station's local date, `2021-06-01`. */
  date: string;
  /** Tn, Tx and Tm, °C. */
  min: Extreme | null;
  max: Extreme | null;
  mean: number | null;
  /** mm. */
  rain: number | null;
  /** Mean and strongest, m/s. */
  wind: number | null;
  windMax: Extreme | null;
  /** At sea level, hPa. */
  pressure: number | null;
  /** %. */
  humidity: number | null;
  /** WMO climatology values: Tn, Tx, Tm, rain. */
  omm: { min: number | null; max: number | null; mean: number | null; rain: number | null };
  /** The smallest share of the day that one of these measures covers, 0 to 1. */
  complete: number;
}

export interface Month {
  station: KnownStation;
  /** `2021-06`. */
  month: string;
  period: Period;
  days: Day[];
  /** Means of the month, weighted by duration, and its rain. */
  whole: Pick<Day, 'mean' | 'rain' | 'wind' | 'pressure' | 'humidity' | 'omm'>;
  /** Names of what the station measures at all. */
  known: ReadonlySet<string>;
  /** Which strongest wind it is: gusts where the station tells them apart. */
  windMaxOf: 'gust' | 'wind';
}

/**
 * The climatological table of a station's month. Throws RangeError when `text` is no month, `NoData` when the station
 * has no day of it.
 * @param text `2021-06`
 */
export async function readMonth(db: ClientBase, station: KnownStation, text: string): Promise<Month> {
  if (!/^\d{4}-\d\d$/.test(text)) {
    throw new RangeError(`${JSON.stringify(text)} is no month: expected one such as 2021-06`);
  }
  const period = parsePeriod(text, station.zone);
  const days = await readBuckets(db, station, 'D', period, needed);
  const [whole] = await readBuckets(db, station, 'M', period, needed);
  // A history may consist of extremes alone, which cover no time.
  const present = needed.filter((m) =>
    aggregateFacets(m).some((facet) => days.some((day) => day.get(m.name, facet) !== null)),
  );
  if (present.length === 0) {
    throw new NoData(`${text} has no data: ${await describeExtent(db, station, 'D')}.`);
  }
  const names = present.map(({ name }) => name);
  const windMaxOf = days.some((day) => day.get('gust', 'max') !== null) ? 'gust' : 'wind';
  const complete = watched.filter((name) => names.includes(name));
  return {
    station,
    month: text,
    period,
    days: days.map((day) => readDay(day, station.zone, windMaxOf, complete)),
    whole: means(whole!),
    known: await knownMeasures(db, station),
    windMaxOf,
  };
}

/** Measures whose completeness is the table's. */
const watched = ['out_temp', 'humidity', 'barometer', 'rain', 'wind'];

const needed: readonly Measure[] = aggregateMeasures.filter(({ name }) =>
  [...watched, 'gust', 'out_temp_omm', 'rain_omm'].includes(name),
);

function readDay(day: Bucket, zone: Zone, windMaxOf: 'gust' | 'wind', covering: readonly string[]): Day {
  return {
    date: writeTime(day.start, zone).slice(0, 10),
    min: extreme(day, 'out_temp', 'min'),
    max: extreme(day, 'out_temp', 'max'),
    windMax: extreme(day, windMaxOf, 'max'),
    ...means(day),
    complete: covering.length === 0 ? 0 : Math.min(...covering.map((name) => coverage(day, name))),
  };
}

function means(bucket: Bucket): Month['whole'] {
  return {
    mean: meanOf(bucket, 'out_temp'),
    rain: bucket.get('rain', 'sum'),
    wind: meanOf(bucket, 'wind'),
    pressure: meanOf(bucket, 'barometer'),
    humidity: meanOf(bucket, 'humidity'),
    omm: {
      min: bucket.get('out_temp_omm', 'min'),
      max: bucket.get('out_temp_omm', 'max'),
      mean: meanOf(bucket, 'out_temp_omm'),
      rain: bucket.get('rain_omm', 'sum'),
    },
  };
}

function extreme(bucket: Bucket, measure: string, which: 'min' | 'max'): Extreme | null {
  const value = bucket.get(measure, which);
  if (value === null) return null;
  return {
    value,
    at: bucket.get(measure, which === 'max' ? 'max_time' : 'min_time'),
    dir: which === 'max' ? bucket.get(measure, 'max_dir') : null,
  };
}
