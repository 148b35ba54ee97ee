import type { ClientBase } from 'pg';
import type { KnownStation } from '../read/names.ts';
import { parsePeriod } from '../read/period.ts';
import type { ExportLevel, Row } from './columns.ts';

/** Rows that are in memory at a time: 2,000 of 150 columns are some 5 MB. */
const BATCH = 2_000;

export interface Dates {
  /** Dates in station time, as `show` takes them. */
  from?: string;
  to?: string;
}

/**
 * The rows of one station by time, in batches: a cursor of the transaction that the session is in, so that their number
 * does not matter. A period takes the observations that end in (from, to], the buckets that start in [from, to).
 * Throws RangeError for a date that is none.
 */
export async function* readRows(
  db: ClientBase,
  { id, zone }: KnownStation,
  level: ExportLevel,
  columns: readonly string[],
  { from, to }: Dates,
): AsyncGenerator<Row[]> {
  const start = from === undefined ? null : new Date(parsePeriod(from, zone).start);
  const end = to === undefined ? null : new Date(parsePeriod(to, zone).end);
  const list = columns.map((name) => `"${name}"`).join(', ');
  const [text, values] =
    level === 'O'
      ? [
          `select ${list} from observation where station_id = $1
             and ($2::timestamptz is null or stop > $2) and ($3::timestamptz is null or stop <= $3) order by stop`,
          [id, start, end],
        ]
      : [
          `select ${list} from aggregate where station_id = $1
             and ($2::timestamptz is null or start >= $2) and ($3::timestamptz is null or start < $3)
             and level = $4 order by start`,
          [id, start, end, level],
        ];
  await db.query(`declare export no scroll cursor for ${text}`, values);
  try {
    for (;;) {
      const { rows } = await db.query<Row>(`fetch ${BATCH} from export`);
      if (rows.length > 0) yield rows;
      if (rows.length < BATCH) return;
    }
  } finally {
    // A transaction that failed has closed it already.
    await db.query('close export').catch(() => undefined);
  }
}
