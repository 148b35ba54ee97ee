import { stringify } from 'csv-stringify/sync';
import { show, type AggregateRow, type Shown } from '../read/read-buckets.ts';
import { spellTime } from '../read/write-time.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { withTables } from './with-tables.ts';

export interface ShowFlags {
  from?: string;
  to?: string;
  measure: string[];
  csv?: true;
  tmp?: true;
}

const columns: (keyof AggregateRow)[] = [
  'station',
  'level',
  'start',
  'measure',
  'sum',
  'duration',
  'mean',
  'max',
  'maxTime',
  'maxDir',
  'min',
  'minTime',
  'dir',
  'dirWeighted',
];

/** JSON and CSV carry every digit and null as nothing; the table rounds, and shows how much of its bucket a measure covers. */
export async function showAggregates(
  session: Session,
  station: string,
  level: string,
  { from, to, measure, csv, tmp }: ShowFlags,
): Promise<void> {
  const shown = await withTables(session, tmp === true, (db) =>
    show(db, station, level, {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      measures: measure,
    }),
  );
  const rows = shown.map(({ row }) => row);
  const { out } = session;
  if (csv && !out.json) return out.line(stringify(rows, { header: true, columns }));
  out.answer(rows, () => (rows.length === 0 ? 'No aggregates.' : aggregateTable(shown)));
}

/** Aggregates for people; mean directions have columns where there are any. */
function aggregateTable(shown: readonly Shown[]): string {
  const windy = shown.some(({ row }) => row.dir !== null || row.dirWeighted !== null);
  const directions = <T>(...cells: T[]) => (windy ? cells : []);
  const head = [
    'START',
    'MEASURE',
    'MEAN',
    ...directions('FROM', 'BY SPEED'),
    'MAX',
    'AT',
    'DIR',
    'MIN',
    'AT',
    'SUM',
    'MINUTES',
    'COMPLETE',
  ];
  const left = new Set(['START', 'MEASURE', 'AT']);
  return table(
    head,
    shown.map(({ row, length }) => [
      row.start === null ? 'all time' : spellTime(row.start),
      row.measure,
      round(row.mean),
      ...directions(degrees(row.dir), degrees(row.dirWeighted)),
      round(row.max),
      moment(row.maxTime, row),
      degrees(row.maxDir),
      round(row.min),
      moment(row.minTime, row),
      round(row.sum),
      round(row.duration),
      length === null || row.duration === null ? '-' : `${Math.floor((100 * row.duration) / length)} %`,
    ]),
    [...head.keys()].filter((i) => !left.has(head[i]!)),
  );
}

const round = (value: number | null) => (value === null ? '-' : String(Math.round(value * 100) / 100));

const degrees = (direction: number | null) => (direction === null ? '-' : `${Math.round(direction)}°`);

/** Within a day its time says enough; climatology values reach beyond theirs. */
function moment(time: string | null, { level, start, measure }: AggregateRow): string {
  if (time === null) return '-';
  const beyond = measure.endsWith('_omm') && time.slice(0, 10) !== start?.slice(0, 10);
  return (level === 'H' || level === 'D') && !beyond ? time.slice(11) : time.replace('T', ' ');
}
