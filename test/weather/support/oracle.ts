/**
 * The rules of the aggregation a second time, row by row in TypeScript, for three measures: what the SQL must agree
 * with. Buckets come from Intl's calendar, not from the program's own.
 */

const HOUR = 3_600_000;

/** An observation of the oracle's three measures; instants in ms. */
export interface OracleObservation {
  stop: number;
  duration: number;
  out_temp?: number;
  out_temp_avg?: number;
  rain?: number;
  wind_avg?: number;
  /** 0, 90, 180 or 270: their sines are the same everywhere. */
  wind_dir?: number;
  wind_max?: number;
  wind_max_dir?: number;
}

export interface OracleBucket {
  out_temp_sum: number | null;
  out_temp_duration: number | null;
  out_temp_max: number | null;
  out_temp_max_time: number | null;
  out_temp_min: number | null;
  out_temp_min_time: number | null;
  out_temp_omm_sum: number | null;
  out_temp_omm_duration: number | null;
  out_temp_omm_max: number | null;
  out_temp_omm_max_time: number | null;
  out_temp_omm_min: number | null;
  out_temp_omm_min_time: number | null;
  rain_sum: number | null;
  rain_duration: number | null;
  rain_omm_sum: number | null;
  rain_omm_duration: number | null;
  wind_u: number | null;
  wind_v: number | null;
  wind_dir_u: number | null;
  wind_dir_v: number | null;
  wind_max: number | null;
  wind_max_time: number | null;
  wind_max_dir: number | null;
}

export type OracleAggregates = Map<string, OracleBucket>;

/**
 * All aggregates by key: `H <start, ms>`, `D 2021-06-11`, `M 2021-06`, `Y 2021`, `A`. Hours add observations in the
 * order of their stops, days hours, months days: float by float as they are stored.
 */
export function oracle(observations: readonly OracleObservation[], zone: string): OracleAggregates {
  const clock = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const localOf = (instant: number) => {
    const part = Object.fromEntries(clock.formatToParts(instant).map(({ type, value }) => [type, value]));
    return `${part['year']}-${part['month']}-${part['day']}T${part['hour']}:${part['minute']}:${part['second']}`;
  };

  const result: OracleAggregates = new Map();
  const hours = new Map<number, OracleObservation[]>();
  for (const o of [...observations].sort((a, b) => a.stop - b.stop)) {
    // Just before its stop, for (start, end].
    const inside = o.stop - 1000;
    const past =
      Number(localOf(inside).slice(14, 16)) * 60_000 + Number(localOf(inside).slice(17, 19)) * 1000;
    append(hours, inside - past, o);
  }
  let below = new Map<string, OracleBucket[]>();
  const hourly: { start: number; local: string; bucket: OracleBucket }[] = [];
  for (const [start, rows] of [...hours].sort(([a], [b]) => a - b)) {
    const bucket = combine(rows.map((o) => single(o, o.stop === start + HOUR)));
    hourly.push({ start, local: localOf(start), bucket });
    result.set(`H ${start}`, bucket);
    append(below, `D ${localOf(start).slice(0, 10)}`, bucket);
  }
  /** The climatology values of a day, of the hours between two moments of the local clock. */
  const climatology = (date: string): Partial<OracleBucket> => {
    const inIt = hourly.find(({ local }) => local.startsWith(date))!.start;
    const neighbour = (step: number) => {
      let at = inIt;
      while (localOf(at).startsWith(date)) at += step;
      return localOf(at).slice(0, 10);
    };
    const within = (from: string, until: string) =>
      combine(hourly.filter(({ local }) => local >= from && local < until).map(({ bucket }) => bucket));
    const fromMorning = within(`${date}T07:00`, `${neighbour(HOUR)}T07:00`);
    const fromEvening = within(`${neighbour(-HOUR)}T19:00`, `${date}T19:00`);
    return {
      out_temp_omm_max: fromMorning.out_temp_omm_max,
      out_temp_omm_max_time: fromMorning.out_temp_omm_max_time,
      out_temp_omm_min: fromEvening.out_temp_omm_min,
      out_temp_omm_min_time: fromEvening.out_temp_omm_min_time,
      rain_omm_sum: fromMorning.rain_sum,
      rain_omm_duration: fromMorning.rain_duration,
    };
  };
  const parents: ((key: string) => string)[] = [
    (day) => `M ${day.slice(2, 9)}`,
    (month) => `Y ${month.slice(2, 6)}`,
    () => 'A',
  ];
  for (const parent of [...parents, undefined]) {
    const above = new Map<string, OracleBucket[]>();
    for (const [key, rows] of below) {
      const bucket = combine(rows);
      if (key.startsWith('D')) Object.assign(bucket, ofItsOwn(bucket, climatology(key.slice(2))));
      result.set(key, bucket);
      if (parent) append(above, parent(key), bucket);
    }
    below = above;
  }
  return result;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

/** A day has climatology values only of what it has something of itself. */
function ofItsOwn(day: OracleBucket, values: Partial<OracleBucket>): Partial<OracleBucket> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const own = key.startsWith('rain') ? day.rain_duration : day.out_temp_duration;
      return [key, own === null ? null : value];
    }),
  );
}

const sine: Record<number, number> = { 0: 0, 90: 1, 180: 0, 270: -1 };
const cosine: Record<number, number> = { 0: 1, 90: 0, 180: -1, 270: 0 };

function single(o: OracleObservation, onTheHour: boolean): OracleBucket {
  const temperature = o.out_temp_avg ?? o.out_temp ?? null;
  const plain = o.out_temp ?? null;
  const wind = o.wind_max ?? null;
  const instant = onTheHour && plain !== null;
  const blown = o.wind_dir === undefined || o.wind_avg === undefined ? null : o.wind_avg * o.duration;
  const minutes = o.wind_dir === undefined || o.wind_avg === 0 ? null : o.duration;
  const towards = (part: Record<number, number>, length: number | null) =>
    length === null ? null : 0 - part[o.wind_dir!]! * length;
  return {
    out_temp_omm_sum: instant ? plain * 60 : null,
    out_temp_omm_duration: instant ? 60 : null,
    out_temp_omm_max: plain,
    out_temp_omm_max_time: plain === null ? null : o.stop,
    out_temp_omm_min: plain,
    out_temp_omm_min_time: plain === null ? null : o.stop,
    rain_omm_sum: o.rain ?? null,
    rain_omm_duration: o.rain === undefined ? null : o.duration,
    wind_u: towards(sine, blown),
    wind_v: towards(cosine, blown),
    wind_dir_u: towards(sine, minutes),
    wind_dir_v: towards(cosine, minutes),
    out_temp_sum: temperature === null ? null : temperature * o.duration,
    out_temp_duration: temperature === null ? null : o.duration,
    out_temp_max: plain,
    out_temp_max_time: plain === null ? null : o.stop,
    out_temp_min: plain,
    out_temp_min_time: plain === null ? null : o.stop,
    rain_sum: o.rain ?? null,
    rain_duration: o.rain === undefined ? null : o.duration,
    wind_max: wind,
    wind_max_time: wind === null ? null : o.stop,
    wind_max_dir: wind === null ? null : (o.wind_max_dir ?? null),
  };
}

type Extreme = 'out_temp_max' | 'out_temp_min' | 'out_temp_omm_max' | 'out_temp_omm_min' | 'wind_max';

function combine(rows: readonly OracleBucket[]): OracleBucket {
  const sum = (key: keyof OracleBucket) =>
    rows.reduce<number | null>((total, { [key]: n }) => (n === null ? total : (total ?? 0) + n), null);
  const extreme = (key: Extreme, sign: 1 | -1) =>
    rows
      .filter((row) => row[key] !== null)
      .reduce<OracleBucket | undefined>(
        (best, row) => (best === undefined || sign * row[key]! > sign * best[key]! ? row : best),
        undefined,
      );
  const [warmest, coldest, strongest, warmestValue, coldestValue] = [
    extreme('out_temp_max', 1),
    extreme('out_temp_min', -1),
    extreme('wind_max', 1),
    extreme('out_temp_omm_max', 1),
    extreme('out_temp_omm_min', -1),
  ];
  return {
    out_temp_sum: sum('out_temp_sum'),
    out_temp_duration: sum('out_temp_duration'),
    out_temp_max: warmest?.out_temp_max ?? null,
    out_temp_max_time: warmest?.out_temp_max_time ?? null,
    out_temp_min: coldest?.out_temp_min ?? null,
    out_temp_min_time: coldest?.out_temp_min_time ?? null,
    out_temp_omm_sum: sum('out_temp_omm_sum'),
    out_temp_omm_duration: sum('out_temp_omm_duration'),
    out_temp_omm_max: warmestValue?.out_temp_omm_max ?? null,
    out_temp_omm_max_time: warmestValue?.out_temp_omm_max_time ?? null,
    out_temp_omm_min: coldestValue?.out_temp_omm_min ?? null,
    out_temp_omm_min_time: coldestValue?.out_temp_omm_min_time ?? null,
    rain_sum: sum('rain_sum'),
    rain_duration: sum('rain_duration'),
    rain_omm_sum: sum('rain_omm_sum'),
    rain_omm_duration: sum('rain_omm_duration'),
    wind_u: sum('wind_u'),
    wind_v: sum('wind_v'),
    wind_dir_u: sum('wind_dir_u'),
    wind_dir_v: sum('wind_dir_v'),
    wind_max: strongest?.wind_max ?? null,
    wind_max_time: strongest?.wind_max_time ?? null,
    wind_max_dir: strongest?.wind_max_dir ?? null,
  };
}
