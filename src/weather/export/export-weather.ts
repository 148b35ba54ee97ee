import type { ClientBase } from 'pg';
import { describeExtent } from '../read/extent.ts';
import { NoData } from '../read/no-data.ts';
import { findLevel, findStation, type KnownStation } from '../read/find-by-name.ts';
import type { Dates } from '../read/range.ts';
import { NotFound } from '../../task/not-found.ts';
import { planExport, type ExportLevel } from './export-columns.ts';
import { openCsv } from './csv-sink.ts';
import { readRows } from './cursor.ts';
import { openParquet } from './parquet.ts';
import type { Sink } from './sink.ts';

export const exportFormats = ['parquet', 'csv'] as const;
type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions extends Dates {
  /** Codes; all stations when empty. */
  stations: readonly string[];
  /** `O` or `observations`, else a level of aggregates as `show` takes it. */
  level: string;
  /** Names, of aggregates climatology values as `<m>_omm` too; all when empty. */
  measures?: readonly string[];
  format: ExportFormat;
  /** Aborted: the export ends with an error between two batches. */
  signal?: AbortSignal;
  /** Told after each station. */
  onStation?: (station: string, rows: number) => void;
}

export interface Exported {
  level: ExportLevel;
  rows: number;
  columns: number;
  /** Rows of each station, those without any left out. */
  stations: { station: string; rows: number }[];
}

/**
 * Writes observations or aggregates of stations, by station and time, into `file`, which must not exist. One snapshot
 * of the database, in memory that does not depend on the number of rows. Throws `NotFound` for a station, level or
 * measure there is none of, RangeError for dates that are none, `NoData` when there is no row; the file is then of no use.
 */
export async function exportWeather(
  db: ClientBase,
  file: string,
  { stations, level, measures = [], format, from, to, signal, onStation }: ExportOptions,
): Promise<Exported> {
  const known = exportLevel(level);
  const plan = planExport(known, measures);
  const dates: Dates = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  await db.query('begin isolation level repeatable read read only');
  let sink: Sink | undefined;
  try {
    const chosen = await findStations(db, stations);
    sink = format === 'csv' ? await openCsv(file, plan.columns) : openParquet(file, plan.columns);
    const counts: Exported['stations'] = [];
    for (const station of chosen) {
      let rows = 0;
      for await (const batch of readRows(db, station, known, plan.read, dates)) {
        signal?.throwIfAborted();
        await sink.write(batch.map((row) => plan.columns.map(({ value }) => value(row, station))));
        rows += batch.length;
      }
      onStation?.(station.code, rows);
      if (rows > 0) counts.push({ station: station.code, rows });
    }
    await sink.finish();
    const rows = counts.reduce((sum, each) => sum + each.rows, 0);
    if (rows === 0) throw new NoData(await whatThereIs(db, chosen, known));
    return { level: known, rows, columns: plan.columns.length, stations: counts };
  } finally {
    await sink?.close();
    await db.query('rollback').catch(() => undefined);
  }
}

function exportLevel(name: string): ExportLevel {
  if (['o', 'observation', 'observations'].includes(name.toLowerCase())) return 'O';
  try {
    return findLevel(name);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    throw new NotFound(error.message.replace(/\.$/, ', or O (observations).'));
  }
}

/** Each once, in the order of their codes: rows of a file are sorted. */
async function findStations(db: ClientBase, codes: readonly string[]): Promise<KnownStation[]> {
  let wanted = codes;
  if (codes.length === 0) {
    const { rows } = await db.query<{ code: string }>('select code from station order by code');
    wanted = rows.map(({ code }) => code);
  }
  const found = new Map<number, KnownStation>();
  for (const code of wanted) {
    const station = await findStation(db, code);
    found.set(station.id, station);
  }
  return [...found.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** What to say of an export without rows. */
async function whatThereIs(
  db: ClientBase,
  stations: readonly KnownStation[],
  level: ExportLevel,
): Promise<string> {
  const named = stations.slice(0, 5);
  const extents: string[] = [];
  for (const station of named) extents.push(await describeExtent(db, station, level === 'A' ? 'D' : level));
  if (stations.length > named.length) extents.push(`and ${stations.length - named.length} more stations`);
  return `There is nothing to export in that period: ${extents.join('; ') || 'there are no stations'}.`;
}
