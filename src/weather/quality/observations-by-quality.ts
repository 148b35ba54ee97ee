import type { ClientBase } from 'pg';
import { observationColumns } from '../measures.ts';
import { inTransaction } from '../../store/transaction.ts';
import { findMeasures, findStation } from '../read/find-by-name.ts';
import { NotFound } from '../../task/not-found.ts';
import { writeTime } from '../read/write-time.ts';
import { fromValues, qualities, type Quality, type QualityCode } from './quality-codes.ts';
import { readInOrder } from './review.ts';
import { parseSpan } from './span.ts';

/** One value of one observation. */
export interface ValueRow {
  /** Code. */
  station: string;
  /** End of the observation's period, station's local time. */
  stop: string;
  /** Minutes. */
  duration: number;
  measure: string;
  /** What of the measure: `out_temp`, `out_temp_max` … */
  key: string;
  value: number;
  quality: QualityCode;
}

export interface ObservationsOptions {
  /** Periods that end after the start of this date or time, station time … */
  from?: string;
  /** … and not after the end of this one; a time is itself. */
  to?: string;
  /** Names; all when empty or left out. */
  measures?: readonly string[];
  /** Codes; all when empty or left out. */
  qualities?: readonly QualityCode[];
  /** At most so many values. */
  limit: number;
}

/**
 * The values of a station's observations with their quality, by time, then measure. Reads the tables of the
 * session's search path. Throws `NotFound` for a station or measure there is none of, RangeError for a date that is none.
 */
export async function observations(
  db: ClientBase,
  station: string,
  { from, to, measures = [], qualities: codes = [], limit }: ObservationsOptions,
): Promise<ValueRow[]> {
  const wanted = findMeasures(measures);
  const { id, code, zone } = await findStation(db, station);
  const { after, until } = parseSpan({ ...(from && { from }), ...(to && { to }) }, zone);
  const { rows } = await inTransaction(db, async () => {
    await readInOrder(db);
    return db.query<Omit<ValueRow, 'station' | 'stop'> & { stop: Date }>(
      `select o.stop, o.duration, v.measure, v.key, v.value, v.quality
       ${fromValues(wanted)}
       where o.station_id = $1 and o.stop > $2 and o.stop <= $3
         and ($4::int[] is null or v.quality = any($4)) ${onlyAside(codes)}
       order by o.stop limit $5`,
      [id, after, until, codes.length === 0 ? null : codes, limit],
    );
  });
  const columnOf = ({ key }: { key: string }) => columns.get(key)!;
  rows.sort((a, b) => a.stop.getTime() - b.stop.getTime() || columnOf(a) - columnOf(b));
  return rows.map(({ stop, ...row }) => ({ station: code, stop: writeTime(stop.getTime(), zone), ...row }));
}

const columns = new Map(observationColumns.map(({ name }, index) => [name, index]));

/** Values of these qualities stand beside the columns: rows that have none there need not be taken apart. */
function onlyAside(codes: readonly QualityCode[]): string {
  const aside = codes.length > 0 && codes.every((code) => code >= qualities.doubtful);
  return aside ? 'and (o.doubtful is not null or o.excluded is not null)' : '';
}

/** The codes of qualities by number or name: `3`, `doubtful`. Throws `NotFound` with those there are. */
export function findQualities(names: readonly string[]): QualityCode[] {
  return names.map((name) => {
    const found = Object.entries(qualities).find(
      ([word, code]) => word === name.toLowerCase().replaceAll(/[-_]/g, ' ') || String(code) === name,
    );
    if (found) return found[1];
    const known = Object.entries(qualities).map(([word, code]) => `${code} (${word})`);
    throw new NotFound(`There is no quality ${JSON.stringify(name)}: expected some of ${known.join(', ')}.`);
  });
}

/** The word for a code. */
export function qualityName(code: QualityCode): Quality {
  return Object.entries(qualities).find(([, each]) => each === code)![0] as Quality;
}
