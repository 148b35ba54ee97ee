import { writeLocal } from '../local-time.ts';
import type { Zone } from '../../time/zone.ts';
import { dayOfWeather, type Air, type SampleStation } from './climate.ts';

/** One period of 5 minutes as a station reports it: keys as in files, times local. */
export interface SampleObservation {
  /** Instants, ms. */
  start: number;
  stop: number;
  values: Record<string, number | string>;
  /** Evapotranspiration of the hour (mm) that ends with this period, in the first period after it. */
  etp?: number;
}

export const PERIOD_MINUTES = 5;
const MINUTE = 60_000;
const DAY = 86_400_000;
/** What a tip of the rain gauge's bucket weighs in, mm. */
const TIP = 0.254;

/**
 * All periods of a station's local day, (00:00, 24:00], as a Davis console measures them: tenths of °F, whole mph,
 * thousandths of inches of mercury, tips of a bucket; converted, with the digits that this gives.
 * @param midnight local midnight at the start of the day, written as if it were UTC (ms)
 */
export function* observeDay(
  station: SampleStation,
  zone: Zone,
  midnight: number,
  seed: number,
): Generator<SampleObservation> {
  const weather = dayOfWeather(station, Math.floor(midnight / DAY), seed);
  const end = zone.toInstant(midnight + DAY);
  let bucket = 0;
  let etp = 0;
  for (let start = zone.toInstant(midnight); start < end; start += PERIOD_MINUTES * MINUTE) {
    const stop = start + PERIOD_MINUTES * MINUTE;
    const minutes = Array.from({ length: PERIOD_MINUTES }, (_, i) => {
      const at = start + (i + 1) * MINUTE;
      const local = zone.toLocal(at);
      return { at: writeLocal(local), air: weather((local - midnight) / MINUTE) };
    });
    bucket += minutes.reduce((mm, { air }) => mm + air.rainRate / 60, 0);
    const tips = Math.floor(bucket / TIP);
    bucket -= tips * TIP;
    etp += minutes.reduce((mm, { air }) => mm + air.sunlight * 4e-6 * (1 - air.humidity / 120) * 5, 0);
    const onTheHour = zone.toLocal(stop) % 3_600_000 === 0;
    yield {
      start,
      stop,
      values: measure(minutes, tips, stop),
      ...(onTheHour && { etp: digits(etp) }),
    };
    if (onTheHour) etp = 0;
  }
}

interface Minute {
  at: string;
  air: Air;
}

function measure(minutes: readonly Minute[], tips: number, stop: number): Record<string, number | string> {
  const temperature = (of: (air: Air) => number) => (air: Air) => (tenth(of(air) * 1.8 + 32) - 32) / 1.8;
  const mph = (of: (air: Air) => number) => (air: Air) => Math.round(of(air) / 0.44704) * 0.44704;
  const inches = (of: (air: Air) => number) => (air: Air) =>
    (Math.round(of(air) * 29.52998) / 1000) * 33.8638816;
  const outside = temperature((air) => air.temperature);
  const wet = (air: Air) => Math.round(air.humidity);
  const light = minutes.reduce((joules, { air }) => joules + (air.sunlight * 60) / 10_000, 0);
  const gusts = extremes(
    minutes,
    mph((air) => air.gust),
  );
  const winds = extremes(
    minutes,
    mph((air) => air.wind),
  );
  const room = temperature((air) => 25 + 0.2 * (air.temperature - 25));
  const dry = (air: Air) => Math.round(55 + 0.2 * (air.humidity - 70));
  const reception = 100 - (Math.abs(Math.trunc(stop / 60_000)) % 7) * 0.5;
  // One object, key by key: spreading fifty keys together is a hundred times slower.
  const values: Record<string, number | string> = {};
  report(values, 'out_temp', extremes(minutes, outside), 'avg max min');
  report(values, 'windchill', extremes(minutes, outside), 'avg min');
  report(values, 'heatindex', extremes(minutes, outside), 'avg max');
  report(
    values,
    'dewpoint',
    extremes(
      minutes,
      temperature((air) => air.dewpoint),
    ),
    'avg max min',
  );
  report(values, 'humidity', extremes(minutes, wet), 'avg max min');
  report(
    values,
    'barometer',
    extremes(
      minutes,
      inches((air) => air.barometer),
    ),
    'avg max min',
  );
  report(
    values,
    'pressure',
    extremes(
      minutes,
      inches((air) => air.pressure),
    ),
    'avg max min',
  );
  values.wind_avg = winds.avg;
  // Calm air has no direction.
  if (winds.avg > 0) values.wind_dir = compass(minutes.at(-1)!.air.direction);
  values.wind_max = gusts.max;
  values.wind_max_time = gusts.maxTime;
  if (gusts.max > 0) values.wind_max_dir = compass(gusts.maxAir.direction);
  values.rain = digits(tips * TIP);
  report(
    values,
    'rain_rate',
    extremes(minutes, (air) => tenth(air.rainRate)),
    'avg max',
  );
  values.radiation = digits(light);
  report(
    values,
    'uv_indice',
    extremes(minutes, (air) => tenth(air.sunlight / 85)),
    'avg max',
  );
  report(values, 'in_temp', extremes(minutes, room), 'avg max min');
  report(values, 'in_humidity', extremes(minutes, dry), 'avg max min');
  values.rx = reception;
  values.voltage = values.voltage_avg = values.voltage_min = 4.7;
  values.voltage_min_time = minutes[0]!.at;
  return values;
}

interface Extremes {
  last: number;
  avg: number;
  max: number;
  maxTime: string;
  maxAir: Air;
  min: number;
  minTime: string;
}

/** What an instrument saw in a period. */
function extremes(minutes: readonly Minute[], read: (air: Air) => number): Extremes {
  const values = minutes.map(({ air }) => digits(read(air)));
  const max = Math.max(...values);
  const min = Math.min(...values);
  const highest = minutes[values.indexOf(max)]!;
  return {
    last: values.at(-1)!,
    avg: digits(values.reduce((sum, value) => sum + value, 0) / values.length),
    max,
    maxTime: highest.at,
    maxAir: highest.air,
    min,
    minTime: minutes[values.indexOf(min)]!.at,
  };
}

function report(values: Record<string, number | string>, name: string, e: Extremes, facets: string): void {
  values[name] = e.last;
  if (facets.includes('min')) {
    values[`${name}_min`] = e.min;
    values[`${name}_min_time`] = e.minTime;
  }
  if (facets.includes('avg')) values[`${name}_avg`] = e.avg;
  if (facets.includes('max')) {
    values[`${name}_max`] = e.max;
    values[`${name}_max_time`] = e.maxTime;
  }
}

/** One of 16 directions. */
const compass = (degrees: number) => (Math.round(degrees / 22.5) * 22.5) % 360 || 360;
const tenth = (value: number) => Math.round(value * 10) / 10;
/** Stations print about that many decimals. */
const digits = (value: number) => Math.round(value * 1e9) / 1e9;
