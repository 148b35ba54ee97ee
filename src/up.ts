import { Client, Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Config } from './config/schema.ts';
import { messageOf } from './task/errors.ts';
import { ensureServers, type Servers } from './servers/local.ts';
import { migrate } from './store/migrate.ts';
import { findAddress } from './temporal/address.ts';
import { apply, type Change } from './temporal/schedules/apply.ts';
import { ensureSearchAttributes } from './temporal/search-attributes.ts';
import { shut } from './temporal/shut.ts';
import { runWorker } from './worker/worker.ts';

export interface UpOptions {
  config: Config;
  logger: Logger;
  /** Aborted by Ctrl-C: the worker drains, then Temporal stops, then PostgreSQL. */
  signal: AbortSignal;
  /** A line for the operator. */
  say: (line: string) => void;
  port?: number | undefined;
  uiPort?: number | undefined;
  /** Called when the worker polls. What it starts goes on beside the worker; its error ends everything. */
  onReady?: (ready: Ready) => Promise<void> | void;
}

/** What runs once everything is up. */
interface Ready {
  servers: Servers;
  client: Client;
  changes: Change[];
  /** Aborted when everything ends: by `UpOptions.signal`, or because a server is given up. */
  signal: AbortSignal;
}

/**
 * Runs an installation with one command: servers, database, schedules, worker; until `signal`. A local server that dies
 * is started again, and the worker rides it out. Throws when something cannot be started, when a server dies again and
 * again, or when the worker ends by itself; what was started is stopped.
 */
export async function up(options: UpOptions): Promise<void> {
  const { config, logger, say } = options;
  const broken = new AbortController();
  const signal = AbortSignal.any([options.signal, broken.signal]);
  const servers = await ensureServers(config.root, {
    port: options.port,
    uiPort: options.uiPort,
    onProgress: say,
    onGivenUp: (line) => {
      say(`${line}; stopping …`);
      broken.abort(new Error(line));
    },
    signal,
  });
  try {
    await runThroughLosses(servers, options, signal);
    if (broken.signal.aborted) throw broken.signal.reason;
  } catch (error) {
    // A server that is given up takes the worker with it; the reason is the server.
    throw broken.signal.aborted ? broken.signal.reason : error;
  } finally {
    if (servers.owned) say('Stopping the servers …');
    await servers.stop();
    logger.debug('stopped');
  }
}

/**
 * A worker waits for a server that it has lost; but while it starts, or where the server says something else than that it
 * is away, it ends. Then it begins anew. Ctrl-C while a server is away is an orderly end: what the worker says of that server then is no fault.
 */
async function runThroughLosses(servers: Servers, options: UpOptions, signal: AbortSignal): Promise<void> {
  const { onReady, say, logger } = options;
  let ready: Promise<void> | undefined;
  const once = { ...options, onReady: (all: Ready) => (ready ??= Promise.resolve(onReady?.(all))) };
  for (;;) {
    const losses = servers.losses();
    try {
      await runOn(servers, once, signal);
      return;
    } catch (error) {
      if (servers.losses() === losses) throw error;
      logger.warn({ err: error }, 'the worker ended with a server');
      if (!signal.aborted) await servers.back(signal).catch(() => undefined);
      if (signal.aborted) return;
      say('The worker ended with a server that it lost; it begins anew.');
    }
  }
}

async function runOn(
  servers: Servers,
  { config, logger, say, onReady }: UpOptions,
  signal: AbortSignal,
): Promise<void> {
  await migrate(servers.databaseUrl);
  const { options, namespace } = await findAddress(config.root);
  const connection = await Connection.connect(options);
  try {
    const client = new Client({ connection, namespace });
    await ensureSearchAttributes(client);
    const changes = await apply(config, client);
    const failed = new AbortController();
    let beside: Promise<void> = Promise.resolve();
    await runWorker({
      config,
      databaseUrl: servers.databaseUrl,
      alone: !process.env['DATABASE_URL'],
      logger,
      signal: AbortSignal.any([signal, failed.signal]),
      onReady: () => {
        beside = Promise.resolve(onReady?.({ servers, client, changes, signal })).catch((error: unknown) => {
          if (!signal.aborted) say(messageOf(error));
        });
      },
    });
    await beside;
  } finally {
    await shut(connection);
  }
}
