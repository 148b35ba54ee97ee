import {
  aggregateColumns,
  measures as catalogue,
  observationColumns,
  type Column,
  type Level,
  type Measure,
} from '../measures.ts';
import type { KnownStation } from '../read/names.ts';
import { bucketEnd } from '../read/period.ts';
import { writeTime } from '../read/write-time.ts';

/** `O`: the observations themselves, else a level of aggregates. */
export type ExportLevel = 'O' | Level;

/** What a row of the database holds under a column's name; PostgreSQL's -infinity arrives as a number. */
export type Row = Record<string, unknown>;

/** A column of an export. Times are instants in UTC, numbers doubles, `json` is text that holds a JSON document. */
export interface ExportColumn {
  name: string;
  type: 'text' | 'time' | 'number' | 'json';
  /** The value that `row` of `station` gives, null when absent. */
  value(row: Row, station: KnownStation): Value;
}

export type Value = string | number | Date | null;

/** What an export is made of: the table's columns that it reads, and the columns that it writes. */
export interface Plan {
  read: string[];
  columns: ExportColumn[];
}

/**
 * Columns of an export. Observations: `station`, `stop` (UTC), `local_stop`, `duration` (minutes), each measure's
 * columns under the database's names, `doubtful` (values outside limits, by column), and `extra` (keys without a
 * column) unless measures are chosen. Aggregates: `station`, `level`, `start` (UTC; null for all time), `local_start`,
 * `minutes` (length of the bucket), each measure's columns, a mean as `<m>_mean`.
 * @param measures empty: all
 */
export function planExport(level: ExportLevel, measures: readonly Measure[]): Plan {
  return level === 'O' ? planObservations(measures) : planAggregates(level, measures);
}

const station: ExportColumn = { name: 'station', type: 'text', value: (_, { code }) => code };

function planObservations(measures: readonly Measure[]): Plan {
  const chosen = belongingTo(measures, observationColumns);
  const json = measures.length === 0 ? ['doubtful', 'extra'] : ['doubtful'];
  return {
    read: ['stop', 'duration', ...chosen.map(({ name }) => name), ...json],
    columns: [
      station,
      asIs({ name: 'stop', type: 'time' }),
      local('local_stop', 'stop'),
      asIs({ name: 'duration', type: 'number' }),
      ...chosen.map(asIs),
      ...json.map(document),
    ],
  };
}

function planAggregates(level: Level, measures: readonly Measure[]): Plan {
  const chosen = belongingTo(measures, aggregateColumns);
  return {
    read: ['start', ...chosen.map(({ name }) => name)],
    columns: [
      station,
      { name: 'level', type: 'text', value: () => level },
      { name: 'start', type: 'time', value: ({ start }) => (start instanceof Date ? start : null) },
      local('local_start', 'start'),
      { name: 'minutes', type: 'number', value: ({ start }, { zone }) => lengthOf(level, start, zone) },
      ...chosen.flatMap((column) => [asIs(column), ...meanBeside(column)]),
    ],
  };
}

/** Minutes from the start of a bucket to its end. */
function lengthOf(level: Level, start: unknown, zone: KnownStation['zone']): number | null {
  if (!(start instanceof Date)) return null;
  return (bucketEnd(level, start.getTime(), zone) - start.getTime()) / 60_000;
}

const asIs = ({ name, type }: Column): ExportColumn => ({
  name,
  type,
  value: (row) => (row[name] ?? null) as Value,
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

/** Means follow the sums that they are made of; a total is its own sum. */
function meanBeside({ name }: Column): ExportColumn[] {
  const of = name.replace(/_sum$/, '');
  if (of === name || isTotal(of)) return [];
  const mean = (row: Row) => {
    const [sum, duration] = [row[name], row[`${of}_duration`]];
    return typeof sum === 'number' && typeof duration === 'number' && duration > 0 ? sum / duration : null;
  };
  return [{ name: `${of}_mean`, type: 'number', value: mean }];
}

/** The measure whose column it is; its climatology value belongs to it. Names are prefixes of others: `rain`, `rain_rate`. */
function measureOf(column: string): Measure | undefined {
  return catalogue
    .filter(({ name }) => column === name || column.startsWith(`${name}_`))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

const isTotal = (name: string) => measureOf(name)?.aggregate === 'total';

function belongingTo(measures: readonly Measure[], columns: readonly Column[]): readonly Column[] {
  if (measures.length === 0) return columns;
  return columns.filter(({ name }) => measures.some((m) => m === measureOf(name)));
}
