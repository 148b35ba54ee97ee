import { Client, Connection } from '@temporalio/client';
import type { Config } from '../task/config.ts';
import { messageOf } from '../task/errors.ts';
import { ensureServers, type Servers } from '../servers/local.ts';
import { migrate } from '../store/migrate.ts';
import { findAddress } from '../temporal/address.ts';
import { apply, type Change } from '../temporal/schedules/apply-schedules.ts';
import { ensureSearchAttributes } from '../temporal/search-attributes.ts';
import { endsWithin, unlessAborted } from '../task/in-time.ts';
import { shut } from '../temporal/shut.ts';
import type { Log } from '../worker/logger.ts';
import { keepWorker } from './keep-worker.ts';
import { endLeftWorkers } from './left-workers.ts';
import { WorkerProcess } from './worker-process.ts';

export interface UpOptions {
  config: Config;
  /** Gets what the worker logs, too. */
  log: Log;
  /** Aborted by Ctrl-C: the worker drains, then Temporal stops, then PostgreSQL. */
  signal: AbortSignal;
  /** Aborted by a second one: the worker is dropped, and the servers are stopped at once. */
  hurry?: AbortSignal | undefined;
  /** A line for the operator. */
  say: (line: string) => void;
  /** A line that a task's code wrote to standard output, as it is. */
  onOut: (line: string) => void;
  port?: number | undefined;
  uiPort?: number | undefined;
  /** Called when the worker polls for the first time. What it starts goes on beside the worker, until `Ready.signal`; its error is told. */
  onReady?: (ready: Ready) => Promise<void> | void;
}

/** What runs once everything is up. */
interface Ready {
  servers: Servers;
  client: Client;
  changes: Change[];
  /** The process of the worker; another one when it was started again. */
  worker: number;
  /** Aborted when everything ends: by `UpOptions.signal`, or because a server is given up. */
  signal: AbortSignal;
}

/** What goes on beside the worker only has to notice that everything ends, ms. */
const BESIDE_MS = 2_000;

/**
 * Runs an installation with one command: servers, database and schedules from this process, the worker in one of its own; until `signal`, also while it
 * is still starting. A local server that dies is started again, and the worker rides it out; so is a worker that dies. Throws when something cannot be
 * started, or when a server dies again and again; what was started is stopped. Every step of the end has a bound.
 */
export async function up(options: UpOptions): Promise<void> {
  const { config, log, say, hurry } = options;
  const broken = new AbortController();
  const signal = AbortSignal.any([options.signal, broken.signal]);
  const start = () =>
    new WorkerProcess({
      config: config.file,
      level: log.logger.level,
      onOut: options.onOut,
      onErr: log.pass,
      say,
    });
  // It loads its program while the servers start.
  const worker = start();
  try {
    const servers = await ensureServers(config.root, {
      port: options.port,
      uiPort: options.uiPort,
      onProgress: say,
      onGivenUp: (line) => {
        say(`${line}; stopping …`);
        broken.abort(new Error(line));
      },
      signal,
      hurry,
    });
    try {
      await runOn(servers, { worker, start }, options, signal);
    } catch (error) {
      // A server that is given up takes the worker with it; the reason is the server.
      throw broken.signal.aborted ? broken.signal.reason : error;
    } finally {
      if (servers.owned) say('Stopping the servers …');
      await servers.stop();
      log.logger.debug('stopped');
    }
    if (broken.signal.aborted) throw broken.signal.reason;
  } catch (error) {
    // Broken off by Ctrl-C, all that was started stopped again: an orderly end.
    if (!options.signal.aborted || error !== options.signal.reason) throw error;
  } finally {
    await worker.end(hurry, say);
  }
}

async function runOn(
  servers: Servers,
  { worker: first, start }: { worker: WorkerProcess; start: () => WorkerProcess },
  { config, log, say, hurry, onReady }: UpOptions,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const left = endLeftWorkers(config.file, AbortSignal.any([signal, over.signal]), (line) =>
    log.logger.warn(line),
  );
  let beside: Promise<void> = Promise.resolve();
  let connection: Connection | undefined;
  try {
    const prepared = await throughLosses(servers, say, signal, () => prepare(servers, config, signal));
    const { client, changes } = prepared;
    ({ connection } = prepared);
    await keepWorker({
      first,
      start,
      begin: { databaseUrl: servers.databaseUrl, alone: !process.env['DATABASE_URL'] },
      servers,
      signal,
      hurry,
      say,
      onReady: (worker) => {
        const ready = { servers, client, changes, worker, signal };
        // The worker goes on without what could not be told.
        beside = Promise.resolve(onReady?.(ready)).catch((error: unknown) => {
          if (!signal.aborted) say(messageOf(error));
        });
      },
    });
  } finally {
    over.abort();
    // It may wait for an answer of the worker that has ended.
    await endsWithin(BESIDE_MS, beside, hurry);
    if (connection) await endsWithin(BESIDE_MS, shut(connection), hurry);
    await left;
  }
}

/** Database, schedules: what a worker finds done. */
async function prepare(
  servers: Servers,
  config: Config,
  signal: AbortSignal,
): Promise<{ client: Client; connection: Connection; changes: Change[] }> {
  await unlessAborted(signal, migrate(servers.databaseUrl, config.migrations));
  const { options, namespace } = await findAddress(config.root);
  const connection = await unlessAborted(signal, Connection.connect(options));
  try {
    const client = new Client({ connection, namespace });
    const act = async () => {
      await ensureSearchAttributes(client);
      return apply(config, client);
    };
    return { client, connection, changes: await unlessAborted(signal, act()) };
  } catch (error) {
    await endsWithin(BESIDE_MS, shut(connection));
    throw error;
  }
}

/** What fails because a server has died is done again when that is back. */
async function throughLosses<T>(
  servers: Servers,
  say: (line: string) => void,
  signal: AbortSignal,
  act: () => Promise<T>,
): Promise<T> {
  for (;;) {
    const losses = servers.losses();
    try {
      return await act();
    } catch (error) {
      if (signal.aborted || servers.losses() === losses) throw error;
      await servers.back(signal);
      say(`A server was lost (${messageOf(error)}); starting again.`);
    }
  }
}
