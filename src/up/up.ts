import { Client, Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Config } from '../task/config.ts';
import { messageOf } from '../task/errors.ts';
import { ensureServers, type Servers } from '../servers/local.ts';
import { migrate } from '../store/migrate.ts';
import { findAddress } from '../temporal/address.ts';
import { apply, type Change } from '../temporal/schedules/apply.ts';
import { ensureSearchAttributes } from '../temporal/search-attributes.ts';
import { endsWithin, unlessAborted } from '../task/waiting.ts';
import { shut } from '../temporal/shut.ts';
import { runWorker } from '../worker/worker.ts';

export interface UpOptions {
  config: Config;
  logger: Logger;
  /** Aborted by Ctrl-C: the worker drains, then Temporal stops, then PostgreSQL. */
  signal: AbortSignal;
  /** Aborted by a second one: the worker is dropped, and the servers are stopped at once. */
  hurry?: AbortSignal | undefined;
  /** A line for the operator. */
  say: (line: string) => void;
  port?: number | undefined;
  uiPort?: number | undefined;
  /** Called when the worker polls. What it starts goes on beside the worker, until `Ready.signal`; its error is told. */
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

/** The worker ends within half a minute, and so does what goes on beside it; should one of them not, the servers stop all the same. */
const ENDS_WITHIN_MS = 40_000;
/** What goes on beside the worker only has to notice that everything ends. */
const BESIDE_MS = 2_000;

/**
 * Runs an installation with one command: servers, database, schedules, worker; until `signal`, also while it is still
 * starting. A local server that dies is started again, and the worker rides it out. Throws when something cannot be started,
 * when a server dies again and again, or when the worker ends by itself; what was started is stopped. Every step of the end has a bound.
 */
export async function up(options: UpOptions): Promise<void> {
  const { config, logger, say, hurry } = options;
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
    hurry,
  }).catch((error: unknown) => {
    // Broken off by Ctrl-C, all that was started stopped again: an orderly end.
    if (!options.signal.aborted || error !== options.signal.reason) throw error;
  });
  if (!servers) return;
  try {
    await boundedAfter(signal, hurry, runThroughLosses(servers, options, signal));
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

/** Waits for `work`, and once `signal` is aborted no longer than its end may last; not at all once `hurry` is. */
async function boundedAfter(
  signal: AbortSignal,
  hurry: AbortSignal | undefined,
  work: Promise<void>,
): Promise<void> {
  try {
    await unlessAborted(signal, work);
  } catch (error) {
    if (!signal.aborted) throw error;
    await endsWithin(ENDS_WITHIN_MS, work, hurry);
  }
}

/**
 * A worker waits for a server that it has lost; but while it starts, or where the server says something else than that it
 * is away, it ends. Then it begins anew. Ctrl-C while it starts, or while a server is away, is an orderly end: what the worker says then is no fault.
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
      if (signal.aborted && error === signal.reason) return;
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
  { config, logger, say, hurry, onReady }: UpOptions,
  signal: AbortSignal,
): Promise<void> {
  await unlessAborted(signal, migrate(servers.databaseUrl, config.migrations));
  const { options, namespace } = await findAddress(config.root);
  const connection = await unlessAborted(signal, Connection.connect(options));
  let beside: Promise<void> = Promise.resolve();
  try {
    const client = new Client({ connection, namespace });
    const prepare = async () => {
      await ensureSearchAttributes(client);
      return apply(config, client);
    };
    const changes = await unlessAborted(signal, prepare());
    await runWorker({
      config,
      databaseUrl: servers.databaseUrl,
      alone: !process.env['DATABASE_URL'],
      logger,
      signal,
      hurry,
      onReady: () => {
        // The worker goes on without what could not be told.
        beside = Promise.resolve(onReady?.({ servers, client, changes, signal })).catch((error: unknown) => {
          if (!signal.aborted) say(messageOf(error));
        });
      },
      say,
    });
    // It may wait for an answer of the worker that has ended.
    await endsWithin(BESIDE_MS, beside, hurry);
  } finally {
    await endsWithin(BESIDE_MS, shut(connection), hurry);
  }
}
