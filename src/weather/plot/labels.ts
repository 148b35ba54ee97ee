import type { Measure } from '../measures.ts';
import type { PlotLevel } from './buckets.ts';

const labels: Record<string, string> = {
  out_temp: 'Air temperature',
  windchill: 'Wind chill',
  heatindex: 'Heat index',
  dewpoint: 'Dew point',
  soil_temp: 'Soil temperature',
  humidity: 'Relative humidity',
  barometer: 'Sea-level pressure',
  pressure: 'Station pressure',
  rain: 'Rain',
  rain_rate: 'Rain rate',
  wind: 'Wind',
  gust: 'Gusts',
  wind10: 'Wind, 10 min',
  uv_indice: 'UV index',
  radiation: 'Solar radiation',
  etp: 'Evapotranspiration',
  in_temp: 'Indoor temperature',
  in_humidity: 'Indoor humidity',
  rx: 'Reception',
  voltage: 'Voltage',
};

/** What people call a measure; its name where there is nothing better. */
export function labelOf({ name }: Pick<Measure, 'name'>): string {
  const plain = name.replace(/_omm$/, '');
  const label = labels[plain] ?? plain;
  return plain === name ? label : `${label} (WMO)`;
}

/** `Air temperature (°C)`. */
export function labelWithUnit(m: Pick<Measure, 'name' | 'unit'>): string {
  return m.unit === '' ? labelOf(m) : `${labelOf(m)} (${m.unit})`;
}

/** `hourly`, to stand before what a bucket holds. */
export const everyBucket: Record<PlotLevel, string> = {
  H: 'hourly',
  D: 'daily',
  M: 'monthly',
  Y: 'yearly',
};

/** What a bucket is. */
export const bucketName: Record<PlotLevel, string> = { H: 'hour', D: 'day', M: 'month', Y: 'year' };

const points = [
  'N',
  'NNE',
  'NE',
  'ENE',
  'E',
  'ESE',
  'SE',
  'SSE',
  'S',
  'SSW',
  'SW',
  'WSW',
  'W',
  'WNW',
  'NW',
  'NNW',
];

/** The sixteen directions of the compass, clockwise from north. */
export const compass: readonly string[] = points;

/** The one that degrees are nearest to: 95 is `E`. */
export function compassPoint(degrees: number): string {
  return points[Math.round(degrees / 22.5) % 16]!;
}
