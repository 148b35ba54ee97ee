import path from 'node:path';
import type { PoolClient } from 'pg';
import { openPool } from '../../src/store/connection.ts';
import type { Report, WorkContext } from '../../src/task/kind.ts';
import { firstStart } from '../../src/activities/engine/downstream.ts';
import { aggregateSettings } from '../../src/weather/aggregate/aggregate-settings.ts';
import { loadFolders, loadSettings } from '../../src/weather/load/load-settings.ts';
import type { Job, Limits, Measured, StartClock, Timed } from './job.ts';
import { bareConfig } from '../../test/support/bare-config.ts';
import { quietPort } from '../../test/support/quiet-port.ts';

/** The program as it is installed: what tsx makes of the sources is a tenth slower. */
const compiled = (module: string): Promise<unknown> =>
  import(new URL(`../../dist/${module}.js`, import.meta.url).href);
const { load } = (await compiled(
  'weather/load/load-run',
)) as typeof import('../../src/weather/load/load-run.ts');
const { aggregate } = (await compiled(
  'weather/aggregate/run-aggregate',
)) as typeof import('../../src/weather/aggregate/run-aggregate.ts');

/** The inbox of an installation folder, as the default settings have it. */
export const inboxOf = (root: string) => path.join(root, loadSettings.parse({}).inbox);

/** The folder where loaded files go. */
export const archiveOf = (root: string) => loadFolders(root, loadSettings.parse({})).archive;

/** The tasks' work on a connection, in an installation folder. */
export const loadFiles = (db: PoolClient, root: string, { limits, changed }: LoadOptions = {}) =>
  load(contextOf(db, root, loadSettings.parse({}), limits, changed));
export const aggregateAll = (db: PoolClient, root: string) =>
  aggregate(contextOf(db, root, aggregateSettings.parse({})));

interface LoadOptions {
  limits?: Limits | undefined;
  /** Told after each group. */
  changed?: () => void;
}

/** The work of `svcLoadJson`, of `svcAggregate`, or of both as the engine would call them. */
export async function runTasks(
  { what, url, root, limits }: Extract<Job, { what: 'load' | 'aggregate' | 'load and aggregate' }>,
  startClock: StartClock,
): Promise<Timed & Pick<Measured, 'counts'>> {
  const pool = openPool(url, { max: 2 });
  const [first, second] = await Promise.all([pool.connect(), pool.connect()]);
  const loading = (changed = () => {}) => loadFiles(first, root, { limits, changed });
  const aggregating = () => aggregateAll(second, root);
  try {
    const stopClock = await startClock([first, second]);
    const { counts } = await {
      load: () => loading(),
      aggregate: aggregating,
      'load and aggregate': () => loadAndAggregate(loading, aggregating),
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
  loading: (changed: () => void) => Promise<Report>,
  aggregating: () => Promise<Report>,
): Promise<Report> {
  const early = performance.now() + firstStart;
  let running: Promise<Report> | undefined;
  const loaded = await loading(() => {
    if (performance.now() >= early) running ??= aggregating();
  });
  await running;
  await aggregating();
  return loaded;
}

/** Each run's id is its own: counts are those of its ledger rows. */
let runs = 0;

function contextOf<S>(
  db: PoolClient,
  root: string,
  settings: S,
  limits: Limits = {},
  changed = () => {},
): WorkContext<S> {
  const stations = Object.fromEntries(Object.entries(limits).map(([code, each]) => [code, { limits: each }]));
  return {
    task: 'bench',
    run: `run/bench-${process.pid}-${(runs += 1)}`,
    nominal: new Date(),
    options: {},
    settings,
    config: bareConfig(root, { weather: { autoRegister: true, stations } }),
    db,
    ...quietPort(),
    changed,
  };
}
