import path from 'node:path';
import type { PoolClient } from 'pg';
import { openPool } from '../../src/store/connection.ts';
import type { Report, WorkContext } from '../../src/task/kind.ts';
import { firstStart } from '../../src/temporal/activities/followers.ts';
import { aggregateSettings } from '../../src/weather/aggregate/settings.ts';
import { loadSettings } from '../../src/weather/load/settings.ts';
import { weatherSchema } from '../../src/weather/settings.ts';
import type { Job, Measured, StartClock, Timed } from './job.ts';

/** The program as it is installed: what tsx makes of the sources is a tenth slower. */
const compiled = (module: string): Promise<unknown> =>
  import(new URL(`../../dist/${module}.js`, import.meta.url).href);
const { load } = (await compiled('weather/load/load')) as typeof import('../../src/weather/load/load.ts');
const { aggregate } = (await compiled(
  'weather/aggregate/aggregate',
)) as typeof import('../../src/weather/aggregate/aggregate.ts');

/** The inbox of an installation folder, as the default settings have it. */
export const inboxOf = (root: string) => path.join(root, loadSettings.parse({}).inbox);

/** The work of `svcLoadJson`, of `svcAggregate`, or of both as the engine would call them. */
export async function runTasks(
  { what, url, root }: Exclude<Job, { what: 'parse' | 'copy' }>,
  startClock: StartClock,
): Promise<Timed & Pick<Measured, 'counts'>> {
  const pool = openPool(url, { max: 2 });
  const [first, second] = await Promise.all([pool.connect(), pool.connect()]);
  const loadFiles = (changed?: () => void) => load(contextOf(first, root, loadSettings.parse({}), changed));
  const aggregateAll = () => aggregate(contextOf(second, root, aggregateSettings.parse({})));
  try {
    const stopClock = await startClock([first, second]);
    const { counts } = await {
      load: () => loadFiles(),
      aggregate: aggregateAll,
      'load and aggregate': () => loadAndAggregate(loadFiles, aggregateAll),
    }[what]();
    return { ...stopClock(), counts };
  } finally {
    first.release();
    second.release();
    await pool.end();
  }
}

/** The follower starts early in a long run, and once more at its end. */
async function loadAndAggregate(
  loadFiles: (changed: () => void) => Promise<Report>,
  aggregateAll: () => Promise<Report>,
): Promise<Report> {
  const early = performance.now() + firstStart;
  let running: Promise<Report> | undefined;
  const loaded = await loadFiles(() => {
    if (performance.now() >= early) running ??= aggregateAll();
  });
  await running;
  await aggregateAll();
  return loaded;
}

function contextOf<S>(db: PoolClient, root: string, settings: S, changed = () => {}): WorkContext<S> {
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
    changed,
    shouldStop: async () => false,
  };
}
