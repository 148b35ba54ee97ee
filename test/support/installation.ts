import { Client, Connection } from '@temporalio/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { pino } from 'pino';
import { checkConfig } from '../../src/config/load-config.ts';
import type { ConfigInput } from '../../src/config/config-schema.ts';
import type { Config } from '../../src/task/config.ts';
import { openPool } from '../../src/store/connection.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { RunOptions, Status } from '../../src/task/status.ts';
import { controlId, queries, type Command } from '../../src/task/names.ts';
import { apply } from '../../src/temporal/schedules/apply-schedules.ts';
import { ensureSearchAttributes } from '../../src/temporal/search-attributes.ts';
import { installRuntime } from '../../src/worker/runtime.ts';
import { runWorker } from '../../src/worker/run-worker.ts';
import { builtWorkflows } from './built.ts';
import { freshDatabase } from './postgres.ts';
import { freshNamespace, temporal } from './temporal.ts';

/** An installation of its own on the test servers: namespace, database, folder. */
export interface TestInstallation {
  config: Config;
  client: Client;
  pool: Pool;
  databaseUrl: string;
  root: string;
  where: { address: string; namespace: string };
  /** Starts a worker in this process; gives a function that drains it. */
  startWorker(): Promise<() => Promise<void>>;
  status(task: string): Promise<Status>;
  log(task: string): Promise<string[]>;
  signal(task: string, command: Command, args?: RunOptions): Promise<void>;
  update(task: string, command: Command, args?: RunOptions): Promise<Status>;
  temporal(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

const logger = pino({ level: process.env['REGIE_LOG_LEVEL'] ?? 'silent' });
let installed = false;

export async function startInstallation(input: ConfigInput): Promise<TestInstallation> {
  if (!installed) installRuntime(logger);
  installed = true;
  const [database, where] = await Promise.all([freshDatabase(), freshNamespace()]);
  const root = await mkdtemp(path.join(tmpdir(), 'regie-test-'));
  process.env['TEMPORAL_ADDRESS'] = where.address;
  process.env['TEMPORAL_NAMESPACE'] = where.namespace;
  const config = await checkConfig(input, path.join(root, 'regie.config.ts'));
  await migrate(database.url, config.migrations);
  const pool = openPool(database.url);
  const connection = await Connection.connect({ address: where.address });
  const client = new Client({ connection, namespace: where.namespace });
  await ensureSearchAttributes(client);
  await eventually(async () => void (await apply(config, client)));
  const workers: (() => Promise<void>)[] = [];
  const control = (task: string) => client.workflow.getHandle(controlId(task));
  return {
    config,
    client,
    pool,
    databaseUrl: database.url,
    root,
    where,
    async startWorker() {
      const stop = new AbortController();
      let onReady: () => void = () => undefined;
      const polls = new Promise<void>((resolve) => (onReady = resolve));
      const ended = runWorker({
        config,
        databaseUrl: database.url,
        logger,
        signal: stop.signal,
        onReady,
        workflows: builtWorkflows,
      });
      await Promise.race([polls, ended]);
      const drain = async () => {
        stop.abort();
        await ended;
      };
      workers.push(drain);
      return drain;
    },
    status: (task) => control(task).query<Status>(queries.status),
    log: (task) => control(task).query<string[]>(queries.log),
    signal: (task, command, args) => control(task).signal(command, ...(args ? [args] : [])),
    update: (task, command, args) =>
      control(task).executeUpdate<Status, [RunOptions]>(command, { args: [args ?? {}] }),
    temporal: (...args) => temporal(where, ...args),
    async close() {
      await Promise.all(workers.map((drain) => drain()));
      await connection.close();
      await pool.end();
      await database.drop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Tries again until `check` no longer throws; then gives its result. Fails with its last error after `within` ms. */
export async function eventually<T>(check: () => Promise<T> | T, within = 30_000): Promise<T> {
  const until = Date.now() + within;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(50);
    }
  }
}
