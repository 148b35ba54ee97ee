/**
 * A loader and an aggregator in a process of their own, for tests to kill: the domain itself behind a port as the
 * engine's, without the engine's waits. Begins when it is sent an `Order`; answers `drained` when nothing is left.
 */
// Before what it watches.
import { dieAt } from '../../support/killer/for-real.ts';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { openPool } from '../../../src/store/connection.ts';
import type { WorkContext } from '../../../src/task/kind.ts';
import { aggregate } from '../../../src/weather/aggregate/run-aggregate.ts';
import { aggregateSettings } from '../../../src/weather/aggregate/aggregate-settings.ts';
import { load } from '../../../src/weather/load/load-run.ts';
import { loadSettings } from '../../../src/weather/load/load-settings.ts';
import { aggregating, loading, weather } from './waves.ts';
import { bareConfig } from '../../support/bare-config.ts';
import { quietPort } from '../../support/quiet-port.ts';

export interface Order {
  root: string;
  databaseUrl: string;
  /** See `dieAt`; never when left out. */
  dieAt?: { moment: number; note: string };
  /** The engine has given up the run that was in progress: this one is another. */
  newRun: boolean;
  /** A rehearsal comes first. */
  rehearse: boolean;
}

process.once('message', (order: Order) => {
  void work(order).then(() => process.send!('drained', () => process.exit(0)));
});
process.send!('ready');

async function work({ root, databaseUrl, dieAt: death, newRun, rehearse }: Order): Promise<void> {
  const pool = openPool(databaseUrl, { max: 2 });
  const [loadingSession, aggregatingSession] = await Promise.all([pool.connect(), pool.connect()]);
  if (death) dieAt(death.moment, death.note);
  if (newRun) countRun(root);
  let loaded = false;
  const aggregates = (async () => {
    for (let last = false; !last;) {
      last = loaded;
      await aggregate({
        ...context(root, aggregatingSession),
        settings: aggregateSettings.parse(aggregating),
      });
      await sleep(5);
    }
  })();
  const loader = { ...context(root, loadingSession), settings: loadSettings.parse(loading) };
  if (rehearse) await load({ ...loader, options: { tmp: true } });
  for (;;) {
    const { outcome } = await load({ ...loader, run: runId(root) });
    // The session of the one that was killed before still ends its last statement.
    if (outcome === 'waiting') await sleep(20);
    else if (outcome === 'idle') break;
    else countRun(root);
  }
  loaded = true;
  await aggregates;
}

function context(root: string, db: PoolClient): Omit<WorkContext<never>, 'settings'> {
  const config = bareConfig(root, { weather });
  return {
    task: 'victim',
    config,
    db,
    run: runId(root),
    options: {},
    nominal: new Date(),
    ...quietPort(),
  };
}

// Runs are numbered in a file: one that is tried again after a kill keeps its id, as the engine's runs do.
const runFile = (root: string) => path.join(root, 'run');
const runNumber = (root: string) =>
  existsSync(runFile(root)) ? Number(readFileSync(runFile(root), 'utf8')) : 1;
const runId = (root: string) => `run/svcLoadJson-${String(runNumber(root)).padStart(4, '0')}`;

function countRun(root: string): void {
  const next = runNumber(root) + 1;
  writeFileSync(`${runFile(root)}.new`, String(next));
  renameSync(`${runFile(root)}.new`, runFile(root));
}
