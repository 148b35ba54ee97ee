import { linkSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { bareTable, makeBareTable, saveRows } from './bare-copy.ts';
import type { Dataset } from './dataset.ts';
import { checkpoint, onFreshInstallation, withPool, type Installation, type Place } from './installation.ts';
import type { Measured } from './job.ts';
import { measure } from './measure.ts';
import { inboxOf } from './tasks.ts';

/** One round: every measurement once, on the same rows. */
export interface Round {
  parse: Measured;
  copy: Measured;
  load: Measured;
  aggregate: Measured;
  endToEnd: Measured;
}

/** Loads and aggregates in turn, then copies the very rows that were loaded, then does it all in one go. */
export async function measureRound(dataset: Dataset, place: Place): Promise<Round> {
  const parse = await measure({ what: 'parse', folder: dataset.folder }, place.signal);
  const apart = await withFiles(dataset, place, async (run, { url, root }) => {
    const load = await run('load');
    checkLoad(load, dataset);
    const aggregate = await run('aggregate');
    const rows = path.join(root, 'rows');
    await withPool(url, async (pool) => {
      await saveRows(pool, rows);
      await makeBareTable(pool);
    });
    await checkpoint(url);
    const copy = await measure({ what: 'copy', url, rows, table: bareTable }, place.signal);
    await checkCopy(url, load);
    return { load, aggregate, copy };
  });
  const endToEnd = await withFiles(dataset, place, async (run, { url }) => {
    const found = await run('load and aggregate');
    checkLoad(found, dataset);
    await checkAggregates(url, found);
    return found;
  });
  return { parse, ...apart, endToEnd };
}

/** The two tasks on a set, for their memory. */
export async function measureMemory(
  dataset: Dataset,
  place: Place,
): Promise<Pick<Round, 'load' | 'aggregate'>> {
  return withFiles(dataset, place, async (run) => {
    const load = await run('load');
    checkLoad(load, dataset);
    return { load, aggregate: await run('aggregate') };
  });
}

type Task = 'load' | 'aggregate' | 'load and aggregate';

/** Gives the files to an installation of their own: empty database, inbox full. */
function withFiles<T>(
  dataset: Dataset,
  place: Place,
  use: (run: (what: Task) => Promise<Measured>, at: Installation) => Promise<T>,
): Promise<T> {
  return onFreshInstallation(place, async (installation) => {
    const { url, root } = installation;
    // A new name of a file that is complete: to the loader it has just arrived by rename.
    for (const name of readdirSync(dataset.folder))
      linkSync(path.join(dataset.folder, name), path.join(inboxOf(root), name));
    // Begins with nothing left to write of the measurement before. Not again between load and aggregate: nobody does.
    await checkpoint(url);
    return use((what) => measure({ what, url, root }, place.signal), installation);
  });
}

/** A rate counts only when the work was done. */
export function checkLoad(
  { counts = {} }: Measured,
  { name, files, observations }: Pick<Dataset, 'name' | 'files' | 'observations'>,
): void {
  const { loaded = 0, rejected = 0, failed = 0 } = counts;
  if (counts['files'] !== files || loaded + rejected !== observations || failed > 0 || loaded === 0)
    throw new Error(
      `${name}: expected ${observations} observations of ${files} files, none failed; found ${JSON.stringify(counts)}`,
    );
}

export async function checkCopy(url: string, load: Measured): Promise<void> {
  const { rows } = await withPool(url, (pool) =>
    pool.query<{ count: number }>(`select count(*)::int as count from ${bareTable}`),
  );
  if (rows[0]!.count !== load.counts!['loaded'])
    throw new Error(`COPY wrote ${rows[0]!.count} rows; expected ${load.counts!['loaded']}`);
}

/** All levels hold as many minutes as the observations. */
export async function checkAggregates(url: string, found: Pick<Measured, 'counts'>): Promise<void> {
  const { rows } = await withPool(url, (pool) =>
    pool.query<{ level: string; minutes: number; expected: number; waiting: number }>(
      `select level, sum(out_temp_duration)::float8 as minutes,
         (select sum(duration) from weather.observation where coalesce(out_temp, out_temp_avg) is not null) as expected,
         (select count(*)::int from weather.dirty_hour) as waiting
       from weather.aggregate group by level`,
    ),
  );
  if (rows.length !== 5 || rows.some((row) => row.minutes !== row.expected || row.waiting > 0))
    throw new Error(
      `aggregates of ${found.counts!['loaded']} observations are not complete: ${JSON.stringify(rows)}`,
    );
}
