/**
 * The measures that stations send and how each is aggregated (weather network's rules).
 * Everything that names a measure's column — loader, SQL, commands — derives it from this table; a test
 * holds it against the columns of the database.
 */

/** Parts of a measure that an observation can carry beside its value, and parts that only an aggregate has. */
export type Facet =
  'avg' | 'sum' | 'duration' | 'dir' | 'max' | 'max_time' | 'max_dir' | 'min' | 'min_time' | Component;

/**
 * Components of the wind vector, eastward (u) and northward (v), summed over minutes: of the wind itself, and of
 * wind blowing from the same directions at speed 1. Sums of them add up from level to level, directions do not.
 */
export const components = ['u', 'v', 'dir_u', 'dir_v'] as const;
export type Component = (typeof components)[number];

export interface Measure {
  name: string;
  unit: string;
  /** Parts stored in columns `<name>_<facet>` of `observation`; other parts go to its `extra`. */
  facets: readonly Facet[];
  /** `mean`: weighted by duration; `total`: values add up; absent: only extremes are kept. */
  aggregate?: 'mean' | 'total';
  max?: boolean;
  min?: boolean;
  /** Wind: the maximum keeps its direction, degrees, and the directions have a mean. */
  direction?: boolean;
  /** Physical limits of a value over an hour or less, inclusive; outside it is doubtful. */
  limits?: readonly [low: number, high: number];
}

const mean = ['avg', 'sum', 'duration'] as const;
const max = ['max', 'max_time'] as const;
const min = ['min', 'min_time'] as const;

const temperature = [-40, 50] as const;
const humidity = [0, 110] as const;

export const measures: readonly Measure[] = [
  {
    name: 'out_temp',
    unit: '°C',
    facets: [...mean, ...max, ...min],
    aggregate: 'mean',
    max: true,
    min: true,
    limits: temperature,
  },
  { name: 'windchill', unit: '°C', facets: ['avg', 'duration', ...min], min: true, limits: temperature },
  { name: 'heatindex', unit: '°C', facets: ['avg', 'duration', ...max], max: true, limits: temperature },
  {
    name: 'dewpoint',
    unit: '°C',
    facets: ['avg', 'duration', ...max, ...min],
    max: true,
    min: true,
    limits: temperature,
  },
  { name: 'soil_temp', unit: '°C', facets: ['avg', 'duration', ...min], min: true, limits: temperature },
  {
    name: 'humidity',
    unit: '%',
    facets: [...mean, ...max, ...min],
    aggregate: 'mean',
    max: true,
    min: true,
    limits: humidity,
  },
  {
    name: 'barometer',
    unit: 'hPa',
    facets: [...mean, ...max, ...min],
    aggregate: 'mean',
    max: true,
    min: true,
    limits: [850, 1060],
  },
  {
    name: 'pressure',
    unit: 'hPa',
    facets: ['avg', 'duration', ...max, ...min],
    max: true,
    min: true,
    limits: [600, 1060],
  },
  { name: 'rain', unit: 'mm', facets: ['sum', 'duration'], aggregate: 'total', limits: [0, 400] },
  { name: 'rain_rate', unit: 'mm/h', facets: [...mean, ...max], aggregate: 'mean', max: true },
  {
    name: 'wind',
    unit: 'm/s',
    facets: [...mean, 'dir', ...max, 'max_dir'],
    aggregate: 'mean',
    max: true,
    direction: true,
    limits: [0, 70],
  },
  {
    name: 'gust',
    unit: 'm/s',
    facets: ['avg', 'duration', 'dir', ...max, 'max_dir'],
    max: true,
    direction: true,
    limits: [0, 100],
  },
  {
    name: 'wind10',
    unit: 'm/s',
    facets: [...mean, 'dir', ...max, 'max_dir'],
    aggregate: 'mean',
    max: true,
    direction: true,
    limits: [0, 70],
  },
  { name: 'uv_indice', unit: '', facets: ['avg', 'duration', ...max], max: true, limits: [0, 20] },
  {
    name: 'radiation',
    unit: 'J/cm²',
    facets: ['sum', 'duration', ...max, ...min],
    aggregate: 'total',
    limits: [0, 500],
  },
  { name: 'etp', unit: 'mm', facets: ['sum', 'duration'], aggregate: 'total' },
  {
    name: 'in_temp',
    unit: '°C',
    facets: [...mean, ...max, ...min],
    aggregate: 'mean',
    max: true,
    min: true,
    limits: temperature,
  },
  {
    name: 'in_humidity',
    unit: '%',
    facets: [...mean, ...max, ...min],
    aggregate: 'mean',
    max: true,
    min: true,
    limits: humidity,
  },
  { name: 'rx', unit: '%', facets: [...mean, ...max, ...min], aggregate: 'mean', max: true, min: true },
  { name: 'voltage', unit: 'V', facets: [...mean, ...max, ...min], aggregate: 'mean', max: true, min: true },
];

/** A WMO climatology value: what of the measure it is made of is kept as `<m>_omm_<facet>`. */
export interface OmmMeasure extends Measure {
  of: string;
  /** Column of `observation` that it is made of: the value itself, or the mean of the period. */
  from: string;
}

/**
 * WMO climatology values (OMM): means of the values on the hour, 60 minutes each; extremes of
 * the values, of a day from 07:00 or 19:00 of its neighbours on; rain of a day from 07:00 on.
 */
export const ommMeasures: readonly OmmMeasure[] = [
  omm('out_temp', 'out_temp', { aggregate: 'mean', max: true, min: true }),
  omm('humidity', 'humidity', { aggregate: 'mean' }),
  omm('barometer', 'barometer', { aggregate: 'mean' }),
  omm('rain', 'rain', { aggregate: 'total' }),
  omm('wind', 'wind_avg', { aggregate: 'mean' }),
];

function omm(of: string, from: string, kept: Pick<Measure, 'aggregate' | 'max' | 'min'>): OmmMeasure {
  const { unit } = measures.find(({ name }) => name === of)!;
  return { name: `${of}_omm`, of, from, unit, facets: [], ...kept };
}

/** Everything that is kept per bucket, each measure followed by its climatology value. */
export const aggregateMeasures: readonly (Measure | OmmMeasure)[] = measures.flatMap((m) => [
  m,
  ...ommMeasures.filter(({ of }) => of === m.name),
]);

/** Levels of aggregation, from hour to all time; each is made from the one before. */
export const levels = ['H', 'D', 'M', 'Y', 'A'] as const;
export type Level = (typeof levels)[number];

type ColumnType = 'number' | 'time';
export interface Column {
  name: string;
  type: ColumnType;
}

const typeOf = (facet: Facet): ColumnType => (facet.endsWith('_time') ? 'time' : 'number');

/** Measure columns of `observation`, in table order: the value as `<m>`, then its facets as `<m>_<facet>`. */
export const observationColumns: readonly Column[] = measures.flatMap((m) => [
  { name: m.name, type: 'number' as const },
  ...m.facets.map((facet) => ({ name: `${m.name}_${facet}`, type: typeOf(facet) })),
]);

/** Parts of a measure kept per bucket. Every measure keeps its `duration`, in minutes. */
export function aggregateFacets(m: Measure): Facet[] {
  const facets: Facet[] = ['duration'];
  if (m.aggregate) facets.push('sum');
  if (m.direction) facets.push(...components);
  if (m.max) facets.push('max', 'max_time');
  if (m.max && m.direction) facets.push('max_dir');
  if (m.min) facets.push('min', 'min_time');
  return facets;
}

/** Measure columns of `aggregate`, in the catalogue's order. */
export const aggregateColumns: readonly Column[] = aggregateMeasures.flatMap((m) =>
  aggregateFacets(m).map((facet) => ({ name: `${m.name}_${facet}`, type: typeOf(facet) })),
);
