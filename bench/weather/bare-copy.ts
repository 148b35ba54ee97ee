import { createWriteStream, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pool } from 'pg';
import copyStreams from 'pg-copy-streams';
import { openPool } from '../../src/store/connection.ts';
import type { Job, StartClock, Timed } from './job.ts';

const PIECE = 2 ** 18;
export const bareTable = 'weather.bench_observation';

/** Makes an empty table just like `observation`. */
export async function makeBareTable(pool: Pool): Promise<void> {
  await pool.query(`create table ${bareTable} (like weather.observation including all)`);
}

/** Saves the rows of `observation`, or of a query in parentheses, encoded as COPY takes them. */
export async function saveRows(pool: Pool, file: string, rows = 'weather.observation'): Promise<void> {
  const db = await pool.connect();
  try {
    await pipeline(
      db.query(copyStreams.to(`copy ${rows} to stdout (format binary)`)),
      createWriteStream(file),
    );
  } finally {
    db.release();
  }
}

/** One COPY of rows that are in memory, encoded: the most that PostgreSQL takes. */
export async function copyRows(
  { url, rows, table }: Extract<Job, { what: 'copy' }>,
  startClock: StartClock,
): Promise<Timed> {
  const bytes = readFileSync(rows);
  const pool = openPool(url, { max: 1 });
  const db = await pool.connect();
  try {
    const stopClock = await startClock([db]);
    await pipeline(
      Readable.from(pieces(bytes), { objectMode: true, highWaterMark: 1 }),
      db.query(copyStreams.from(`copy ${table} from stdin (format binary)`)),
    );
    return stopClock();
  } finally {
    db.release();
    await pool.end();
  }
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}
