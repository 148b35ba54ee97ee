import {
  aggregateFacets,
  aggregateMeasures,
  measures as catalogue,
  type Facet,
  type Level,
  type Measure,
} from '../measures.ts';
import { meanDirection } from '../read/direction.ts';
import { findMeasures, type KnownStation } from '../read/find-by-name.ts';
import { bucketEnd } from '../read/bucket-period.ts';
import { writeTime } from '../read/write-time.ts';

/** `O`: the observations themselves, else a level of aggregates. */
export type ExportLevel = 'O' | Level;

/** What a row of the database holds under a column's name; PostgreSQL's -infinity arrives as a number. */
export type Row = Record<string, unknown>;

export type Value = string | number | Date | null;

/** A column of an export. Times are instants in UTC, numbers doubles, `json` is text that holds a JSON document. */
export interface ExportColumn {
  name: string;
  type: 'text' | 'time' | 'number' | 'json';
  /** The value that `row` of `station` gives, null when absent. */
  value(row: Row, station: KnownStation): Value;
}

/** What an export is made of: the table's columns that it reads, and the columns that it writes. */
export interface Plan {
  read: string[];
  columns: ExportColumn[];
}

/**
 * Columns of an export. Observations: `station`, `stop` (UTC), `local_stop`, `duration` (minutes), each measure's
 * columns under the database's names, values that do not count by column (`doubtful`, `excluded`), and `extra` (keys
 * without a column) unless measures are chosen. Aggregates: `station`, `level`, `start` (UTC; null for all time),
 * `local_start`, `minutes` (length of the bucket), each measure's columns with `<m>_mean`, `<m>_mean_dir` and
 * `<m>_mean_dir_weighted` (degrees) after them.
 * @param names measures, of aggregates climatology values as `<m>_omm` too; empty: all. @throws Unknown
 */
export function planExport(level: ExportLevel, names: readonly string[]): Plan {
  return level === 'O' ? planObservations(names) : planAggregates(level, names);
}

const station: ExportColumn = { name: 'station', type: 'text', value: (_, { code }) => code };

function planObservations(names: readonly string[]): Plan {
  const measures = findMeasures(names, catalogue);
  const own = measures.flatMap((m) => [
    stored(m.name, 'number'),
    ...m.facets.map((facet) => stored(`${m.name}_${facet}`, typeOf(facet))),
  ]);
  const documents = ['doubtful', 'excluded', ...(names.length === 0 ? ['extra'] : [])];
  return {
    read: ['stop', 'duration', ...own.map(({ name }) => name), ...documents],
    columns: [
      station,
      stored('stop', 'time'),
      local('local_stop', 'stop'),
      stored('duration', 'number'),
      ...own,
      ...documents.map(document),
    ],
  };
}

function planAggregates(level: Level, names: readonly string[]): Plan {
  const measures = findMeasures(names, aggregateMeasures);
  const columnsOf = (m: Measure) =>
    aggregateFacets(m).map((facet) => stored(`${m.name}_${facet}`, typeOf(facet)));
  return {
    read: ['start', ...measures.flatMap(columnsOf).map(({ name }) => name)],
    columns: [
      station,
      { name: 'level', type: 'text', value: () => level },
      stored('start', 'time'),
      local('local_start', 'start'),
      { name: 'minutes', type: 'number', value: ({ start }, { zone }) => lengthOf(level, start, zone) },
      ...measures.flatMap((m) => [...columnsOf(m), ...derived(m)]),
    ],
  };
}

const typeOf = (facet: Facet) => (facet.endsWith('_time') ? 'time' : 'number');

/** What follows from sums. */
function derived({ name, aggregate, direction }: Measure): ExportColumn[] {
  const number = (row: Row, part: string) => (row[`${name}_${part}`] ?? null) as number | null;
  const columns: ExportColumn[] = [];
  if (aggregate === 'mean') {
    const mean = (row: Row) => {
      const [sum, duration] = [number(row, 'sum'), number(row, 'duration')];
      return sum !== null && duration ? sum / duration : null;
    };
    columns.push({ name: `${name}_mean`, type: 'number', value: mean });
  }
  if (direction) {
    const dir = (u: string, v: string) => (row: Row) =>
      meanDirection(number(row, u), number(row, v), number(row, 'duration'));
    columns.push(
      { name: `${name}_mean_dir`, type: 'number', value: dir('dir_u', 'dir_v') },
      { name: `${name}_mean_dir_weighted`, type: 'number', value: dir('u', 'v') },
    );
  }
  return columns;
}

/** Minutes from the start of a bucket to its end. */
function lengthOf(level: Level, start: unknown, zone: KnownStation['zone']): number | null {
  if (!(start instanceof Date)) return null;
  return (bucketEnd(level, start.getTime(), zone) - start.getTime()) / 60_000;
}

const stored = (name: string, type: 'number' | 'time'): ExportColumn => ({
  name,
  type,
  value(row) {
    const value = row[name] as number | Date | null | undefined;
    // All time begins at -infinity.
    return type === 'time' && !(value instanceof Date) ? null : (value ?? null);
  },
});

const local = (name: string, of: string): ExportColumn => ({
  name,
  type: 'text',
  value: (row, { zone }) => (row[of] instanceof Date ? writeTime(row[of].getTime(), zone) : null),
});

const document = (name: string): ExportColumn => ({
  name,
  type: 'json',
  value: (row) => (row[name] === null || row[name] === undefined ? null : JSON.stringify(row[name])),
});
