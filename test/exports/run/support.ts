import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool, PoolClient } from 'pg';
import { checkConfig } from '../../../src/config/load-config.ts';
import type { ConfigInput } from '../../../src/config/config-schema.ts';
import type { Config } from '../../../src/task/config.ts';
import { readDeliveries, type DeliveryRow } from '../../../src/exports/ledger/delivery.ts';
import { readEvents, readPeriods, type PeriodRow } from '../../../src/exports/ledger/periods.ts';
import { readFiles, type FileRow } from '../../../src/exports/ledger/export-files.ts';
import { request } from '../../../src/exports/run-request.ts';
import type { ExportSettings } from '../../../src/exports/export-settings.ts';
import { openPool } from '../../../src/store/connection.ts';
import { migrate } from '../../../src/store/migrate.ts';
import type { Report, TaskContext } from '../../../src/task/kind.ts';
import type { RunOptions } from '../../../src/task/status.ts';
import { freshDatabase } from '../../support/postgres.ts';
import { tick, type Times } from './tick.ts';

/** An export that is due from 4 to 8 in Dakar, where the clocks are UTC's all the year, and that goes to `out/`. */
export const cards = (more = '', check = 'deliver()') => `
import { deliver, fail, hold, CsvExport } from 'regie';
export default class Cards extends CsvExport {
  file = 'cards_{yyyy}{MM}{dd}.csv';
  header = ['day', 'from'];
  *rows({ businessDay, from }) { ${more} yield [businessDay, from]; }
  check(file) { return ${check}; }
}
export const target = { timezone: 'Africa/Dakar', deliver: ['out'] };
`;

/** An installation without an engine: runs are called as the engine calls them. */
export interface LedgerAtWork {
  root: string;
  config: Config;
  /** What the configuration was made of. */
  input: ConfigInput;
  /** Of the database. */
  url: string;
  pool: Pool;
  db: PoolClient;
  context(task?: string): TaskContext<ExportSettings>;
  /** A tick or a trigger of the schedule. */
  run(times: Times, task?: string): Promise<Report>;
  /** `regie export run`: the request, and the run that follows it. */
  ask(options: RunOptions, now: string, task?: string): Promise<Report>;
  periods(task?: string): Promise<PeriodRow[]>;
  files(key: string, task?: string): Promise<FileRow[]>;
  deliveries(key: string, task?: string): Promise<DeliveryRow[]>;
  events(key: string, task?: string): Promise<string[]>;
  write(name: string, text: string): void;
  close(): Promise<void>;
}

export async function openLedger(
  modules: Record<string, string>,
  input: Omit<ConfigInput, 'exports' | 'tasks'> = {
    destinations: { out: { type: 'directory', folder: 'out' } },
  },
): Promise<LedgerAtWork> {
  const root = mkdtempSync(path.join(tmpdir(), 'regie-test-books-'));
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  for (const [name, text] of Object.entries(modules)) write(`exports/${name}.ts`, text);
  // A destination makes no folder: what is not there may be a disk that is not mounted.
  mkdirSync(path.join(root, 'out'));
  const exports = { canal: Object.keys(modules).map((name) => `exports/${name}.ts`) };
  const whole = { ...input, exports };
  const config = await checkConfig(whole, path.join(root, 'regie.config.ts'));
  const database = await freshDatabase();
  await migrate(database.url, config.migrations);
  const pool = openPool(database.url);
  const db = await pool.connect();
  const [only = ''] = Object.keys(modules);
  const context = (task = only): TaskContext<ExportSettings> => ({
    task,
    settings: config.tasks.find(({ name }) => name === task)!.settings as ExportSettings,
    config,
    db,
  });
  const run = (times: Times, task = only) => tick(context(task), times);
  return {
    root,
    config,
    input: whole,
    url: database.url,
    pool,
    db,
    context,
    run,
    async ask(options, now, task = only) {
      await request(context(task), options, 'me@here');
      return run({ now, trigger: true, options: { ...options, by: 'me@here' } }, task);
    },
    periods: (task = only) => readPeriods(db, task),
    files: (key, task = only) => readFiles(db, task, key),
    deliveries: (key, task = only) => readDeliveries(db, { task, key }),
    events: async (key, task = only) => (await readEvents(db, task, key)).map(({ what }) => what),
    write,
    async close() {
      db.release();
      await pool.end();
      await database.drop();
      await rm(root, { recursive: true });
    },
  };
}
