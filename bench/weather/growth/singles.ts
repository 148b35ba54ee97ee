import { linkSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Pool, PoolClient } from 'pg';
import { openPool } from '../../../src/store/connection.ts';
import type { Job, Measured, Singles, StartClock, Timed } from '../job.ts';
import { aggregateAll, inboxOf, loadFiles } from '../tasks.ts';

interface Open {
  root: string;
  db: PoolClient;
  pool: Pool;
  singles: Singles;
}

/**
 * Loads and aggregates each file of the folder alone, in every installation before the next file, as a worker that has
 * been up for a while. Who comes first changes with each file.
 */
export async function loadSingles(
  { installations, folder }: Extract<Job, { what: 'singles' }>,
  startClock: StartClock,
): Promise<Timed & Pick<Measured, 'singles'>> {
  const opened: Open[] = [];
  for (const { url, root } of installations) {
    const pool = openPool(url, { max: 1 });
    opened.push({ root, pool, db: await pool.connect(), singles: { load: [], aggregate: [] } });
  }
  try {
    const stopClock = await startClock(opened.map(({ db }) => db));
    for (const [i, name] of readdirSync(folder).sort().entries()) {
      for (const each of i % 2 === 0 ? opened : opened.toReversed()) {
        // A new name of a file that is complete: to the loader it has just arrived by rename.
        linkSync(path.join(folder, name), path.join(inboxOf(each.root), name));
        await loadOne(each, name);
      }
    }
    return { ...stopClock(), singles: opened.map(({ singles }) => singles) };
  } finally {
    for (const { db, pool } of opened) {
      db.release();
      await pool.end();
    }
  }
}

async function loadOne({ db, root, singles }: Open, name: string): Promise<void> {
  const started = performance.now();
  const loaded = await loadFiles(db, root);
  const between = performance.now();
  const aggregated = await aggregateAll(db, root);
  singles.load.push(between - started);
  singles.aggregate.push(performance.now() - between);
  // A time counts only when the work was done.
  if (loaded.counts['loaded'] !== 1 || !aggregated.counts['hours'])
    throw new Error(
      `${name}: expected 1 observation loaded and its hour aggregated; found ${JSON.stringify([loaded.counts, aggregated.counts])}`,
    );
}
