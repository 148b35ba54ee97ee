import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import pg from 'pg';
import { checkConfig } from '../src/config/load-config.ts';
import type { ConfigInput } from '../src/config/config-schema.ts';
import type { Config } from '../src/task/config.ts';
import { openPool } from '../src/store/connection.ts';
import { migrate } from '../src/store/migrate.ts';
import type { WorkContext } from '../src/task/kind.ts';
import { aggregate } from '../src/weather/aggregate/run-aggregate.ts';
import type { AggregateSettings } from '../src/weather/aggregate/aggregate-settings.ts';
import { load } from '../src/weather/load/load-run.ts';
import type { LoadSettings } from '../src/weather/load/load-settings.ts';
import { deliver } from '../test/e2e/support/deliver.ts';
import type { Sent } from './sender.ts';
import { quietPort } from '../test/support/quiet-port.ts';

const DATABASE = 'undisturbed';
/** Files that arrived within this time, ms, are loaded together. */
const TOGETHER = 5_000;

/**
 * Loads the files in the order in which they arrived into a new database beside `url`, with nothing killed and nothing
 * stopped, and aggregates them. Gives the new database's URL; `root` is a folder for the files.
 */
export async function computeUndisturbed(
  { arrivals }: Sent,
  input: ConfigInput,
  root: string,
  url: string,
): Promise<string> {
  const database = await makeDatabase(url);
  const inbox = path.join(root, 'data/weather/inbox');
  mkdirSync(inbox, { recursive: true });
  const config = await checkConfig(input, path.join(root, 'regie.config.ts'));
  await migrate(database, config.migrations);
  const pool = openPool(database, { max: 1 });
  const db = await pool.connect();
  try {
    for (const [n, group] of inGroups(arrivals).entries()) {
      deliver(inbox, group);
      await load(contextOf<LoadSettings>(config, 'svcLoadJson', n, db, { stableFor: 0, groupFiles: 1_000 }));
      await aggregate(contextOf<AggregateSettings>(config, 'svcAggregate', n, db, {}));
      await setImmediate();
    }
  } finally {
    db.release(true);
    await pool.end();
  }
  return database;
}

async function makeDatabase(url: string): Promise<string> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await admin.query(`create database ${DATABASE}`);
  } finally {
    await admin.end();
  }
  const made = new URL(url);
  made.pathname = `/${DATABASE}`;
  return made.href;
}

function inGroups(arrivals: Sent['arrivals']): { name: string; text: string }[][] {
  const groups: { name: string; text: string }[][] = [];
  let until = -Infinity;
  for (const { at, sending } of arrivals) {
    if (at >= until) {
      groups.push([]);
      until = at + TOGETHER;
    }
    groups.at(-1)!.push(sending);
  }
  return groups;
}

/** What the engine gives a kind, with nobody who watches or stops. */
function contextOf<Settings>(
  config: Config,
  task: string,
  n: number,
  db: pg.PoolClient,
  change: Partial<Settings>,
): WorkContext<Settings> {
  const settings = config.tasks.find(({ name }) => name === task)!.settings as Settings;
  return {
    task,
    settings: { ...settings, ...change },
    config,
    db,
    run: `run/${task}-${String(n).padStart(6, '0')}`,
    options: {},
    nominal: new Date(),
    ...quietPort(),
  };
}
