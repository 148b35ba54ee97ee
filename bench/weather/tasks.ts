import path from 'node:path';
import type { PoolClient } from 'pg';
import { openPool } from '../../src/store/connection.ts';
import type { WorkContext } from '../../src/task/kind.ts';
import { aggregate } from '../../src/weather/aggregate/aggregate.ts';
import { aggregateSettings } from '../../src/weather/aggregate/settings.ts';
import { load } from '../../src/weather/load/load.ts';
import { loadSettings } from '../../src/weather/load/settings.ts';
import { weatherSchema } from '../../src/weather/settings.ts';
import type { Job, Measured, StartClock, Timed } from './job.ts';

/** The inbox of an installation folder, as the default settings have it. */
export const inboxOf = (root: string) => path.join(root, loadSettings.parse({}).inbox);

/** The work of `svcLoadJson`, of `svcAggregate`, or of one after the other, as the engine would call it. */
export async function runTasks(
  { what, url, root }: Exclude<Job, { what: 'parse' | 'copy' }>,
  startClock: StartClock,
): Promise<Timed & Pick<Measured, 'counts'>> {
  const pool = openPool(url, { max: 1 });
  const db = await pool.connect();
  const counts: Record<string, number> = {};
  try {
    const stopClock = await startClock(db);
    if (what !== 'aggregate')
      Object.assign(counts, (await load(contextOf(db, root, loadSettings.parse({})))).counts);
    if (what !== 'load')
      Object.assign(counts, (await aggregate(contextOf(db, root, aggregateSettings.parse({})))).counts);
    return { ...stopClock(), counts };
  } finally {
    db.release();
    await pool.end();
  }
}

function contextOf<S>(db: PoolClient, root: string, settings: S): WorkContext<S> {
  return {
    task: 'bench',
    run: 'run/bench',
    nominal: new Date(),
    options: {},
    settings,
    config: {
      root,
      file: path.join(root, 'regie.config.ts'),
      installation: 'bench',
      keepRuns: 1,
      weather: weatherSchema.parse({ autoRegister: true }),
      tasks: [],
    },
    db,
    signal: new AbortController().signal,
    progress: () => undefined,
    trace: () => undefined,
    traced: false,
    shouldStop: async () => false,
  };
}
