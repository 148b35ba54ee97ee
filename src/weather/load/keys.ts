import { measures, observationColumns, type Facet } from '../measures.ts';

/** Spellings of facets in files, beside their own names. */
const SPELLINGS: Readonly<Record<string, Facet>> = {
  avg: 'avg',
  sum: 'sum',
  s: 'sum',
  duration: 'duration',
  d: 'duration',
  dir: 'dir',
  max: 'max',
  max_time: 'max_time',
  maxtime: 'max_time',
  max_dir: 'max_dir',
  maxdir: 'max_dir',
  min: 'min',
  min_time: 'min_time',
  mintime: 'min_time',
};

/** A key of a file that says something of a measure. */
export interface MeasureKey {
  /** Our name of it: `out_temp_max_time` for `out_temp_maxtime`. */
  name: string;
  time: boolean;
  /** Its place in `observationColumns`; -1 when observations have no such column. */
  column: number;
}

const columnOf = new Map(observationColumns.map(({ name }, index) => [name, index]));

/** Every key that measures can have in files, by its spelling there. */
export const measureKeys: ReadonlyMap<string, MeasureKey> = new Map(
  measures.flatMap(({ name: measure }) => [
    [measure, keyOf(measure, false)] as const,
    ...Object.entries(SPELLINGS).map(
      ([spelling, facet]) =>
        [`${measure}_${spelling}`, keyOf(`${measure}_${facet}`, facet.endsWith('_time'))] as const,
    ),
  ]),
);

function keyOf(name: string, time: boolean): MeasureKey {
  return { name, time, column: columnOf.get(name) ?? -1 };
}

/** Is this column a point in time? By place in `observationColumns`. */
export const isTimeColumn: readonly boolean[] = observationColumns.map(({ type }) => type === 'time');

/** Those that are, by place in `observationColumns`. */
export const timeColumns: readonly number[] = isTimeColumn.flatMap((time, column) => (time ? [column] : []));

/** Columns of one measure by facet; -1 where it has none. */
export interface MeasureColumns {
  measure: (typeof measures)[number];
  value: number;
  avg: number;
  sum: number;
  duration: number;
  dir: number;
  max: number;
  maxTime: number;
  maxDir: number;
  min: number;
  minTime: number;
}

export const columnsByMeasure: readonly MeasureColumns[] = measures.map((measure) => {
  const at = (facet: Facet) => columnOf.get(`${measure.name}_${facet}`) ?? -1;
  return {
    measure,
    value: columnOf.get(measure.name)!,
    avg: at('avg'),
    sum: at('sum'),
    duration: at('duration'),
    dir: at('dir'),
    max: at('max'),
    maxTime: at('max_time'),
    maxDir: at('max_dir'),
    min: at('min'),
    minTime: at('min_time'),
  };
});
