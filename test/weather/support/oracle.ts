/**
 * The rules of weather spec §3 a second time, row by row in TypeScript, for three measures: what the SQL must agree
 * with. Buckets come from Intl's calendar, not from the program's own.
 */

/** An observation of the oracle's three measures; instants in ms. */
export interface OracleObservation {
  stop: number;
  duration: number;
  out_temp?: number;
  out_temp_avg?: number;
  rain?: number;
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
  rain_sum: number | null;
  rain_duration: number | null;
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
  for (const [start, rows] of [...hours].sort(([a], [b]) => a - b)) {
    const bucket = combine(rows.map(single));
    result.set(`H ${start}`, bucket);
    append(below, `D ${localOf(start).slice(0, 10)}`, bucket);
  }
  const parents: ((key: string) => string)[] = [
    (day) => `M ${day.slice(2, 9)}`,
    (month) => `Y ${month.slice(2, 6)}`,
    () => 'A',
  ];
  for (const parent of [...parents, undefined]) {
    const above = new Map<string, OracleBucket[]>();
    for (const [key, rows] of below) {
      const bucket = combine(rows);
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

function single(o: OracleObservation): OracleBucket {
  const temperature = o.out_temp_avg ?? o.out_temp ?? null;
  const plain = o.out_temp ?? null;
  const wind = o.wind_max ?? null;
  return {
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

function combine(rows: readonly OracleBucket[]): OracleBucket {
  const sum = (key: keyof OracleBucket) =>
    rows.reduce<number | null>((total, { [key]: n }) => (n === null ? total : (total ?? 0) + n), null);
  const extreme = (key: 'out_temp_max' | 'out_temp_min' | 'wind_max', sign: 1 | -1) =>
    rows
      .filter((row) => row[key] !== null)
      .reduce<OracleBucket | undefined>(
        (best, row) => (best === undefined || sign * row[key]! > sign * best[key]! ? row : best),
        undefined,
      );
  const [warmest, coldest, strongest] = [
    extreme('out_temp_max', 1),
    extreme('out_temp_min', -1),
    extreme('wind_max', 1),
  ];
  return {
    out_temp_sum: sum('out_temp_sum'),
    out_temp_duration: sum('out_temp_duration'),
    out_temp_max: warmest?.out_temp_max ?? null,
    out_temp_max_time: warmest?.out_temp_max_time ?? null,
    out_temp_min: coldest?.out_temp_min ?? null,
    out_temp_min_time: coldest?.out_temp_min_time ?? null,
    rain_sum: sum('rain_sum'),
    rain_duration: sum('rain_duration'),
    wind_max: strongest?.wind_max ?? null,
    wind_max_time: strongest?.wind_max_time ?? null,
    wind_max_dir: strongest?.wind_max_dir ?? null,
  };
}
