import type { ClientBase } from 'pg';
import type { KnownStation } from '../read/find-by-name.ts';
import { bucketsBetween, momentsBetween, type Dates } from '../read/range.ts';
import { toTimestamp } from '../read/timestamp.ts';
import type { ExportLevel, Row } from './export-columns.ts';

/** Rows that are in memory at a time: 2,000 of 150 columns are some 5 MB. */
const BATCH = 2_000;

/**
 * The rows of one station by time, in batches: a cursor of the transaction that the session is in, so that their number
 * does not matter. Which ones, and what is thrown: `momentsBetween`, `bucketsBetween`.
 */
export async function* readRows(
  db: ClientBase,
  { id, zone }: KnownStation,
  level: ExportLevel,
  columns: readonly string[],
  dates: Dates,
): AsyncGenerator<Row[]> {
  const { start, end } = level === 'O' ? momentsBetween(dates, zone) : bucketsBetween(dates, zone, level);
  const between = [toTimestamp(start), toTimestamp(end)];
  const list = columns.map((name) => `"${name}"`).join(', ');
  const [text, values] =
    level === 'O'
      ? [
          `select ${list} from observation where station_id = $1 and stop > $2 and stop <= $3 order by stop`,
          [id, ...between],
        ]
      : [
          `select ${list} from aggregate where station_id = $1 and start >= $2 and start < $3 and level = $4
             order by start`,
          [id, ...between, level],
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
