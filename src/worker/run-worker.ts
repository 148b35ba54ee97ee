import { Client, Connection } from '@temporalio/client';
import {
  NativeConnection,
  Worker,
  type NativeConnectionOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import os from 'node:os';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../task/config.ts';
import { openPool } from '../store/connection.ts';
import { migrate } from '../store/migrate.ts';
import { endsWithin, unlessAborted } from '../task/in-time.ts';
import { createActivities } from '../activities/index.ts';
import { RunsInHand } from '../activities/engine/in-hand.ts';
import { findAddress } from '../temporal/address.ts';
import { hashMemo, scheduleId, taskQueue } from '../task/names.ts';
import { shut } from '../temporal/shut.ts';
import { workflowBundle } from './bundle.ts';
import { untilDrained } from './drain.ts';
import { checkFolders } from './check-marks.ts';
import { runServices } from './services.ts';

export interface WorkerOptions {
  config: Config;
  databaseUrl: string;
  /** The database is ours, on this machine only. */
  alone?: boolean;
  logger: Logger;
  /** Ends the worker: it drains, then `run` returns; within half a minute, whatever its runs and servers do. */
  signal: AbortSignal;
  /** Ends it at once: a run in progress is left behind, as by a crash. */
  hurry?: AbortSignal | undefined;
  /** The compiled workflows; those of the build, or of the sources, when left out. */
  workflows?: WorkflowBundleOption | undefined;
  /** Called when the worker polls. */
  onReady?: () => void;
  /** Gets a line for the operator while the worker ends: what it waits for. The log, when left out. */
  say?: ((line: string) => void) | undefined;
}

/** What is closed at the end has nothing to wait for; what cannot be closed in this time, ms, ends with the process. */
const CLOSES_WITHIN = 3_000;

/**
 * Runs a worker until `signal`: migrates the database, checks the folders, then polls the task queue.
 * Several may run at once. Throws when a server or a folder is not as it should be, and the signal's reason when it is
 * aborted before the worker polls.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { config, databaseUrl, logger, signal } = options;
  await unlessAborted(signal, migrate(databaseUrl, config.migrations));
  const pool = openPool(databaseUrl, {
    applicationName: 'regie worker',
    max: 20,
    onLost: (error) => logger.warn({ err: error }, 'a connection to PostgreSQL was lost'),
  });
  const closers = [() => pool.end()];
  let drained = true;
  try {
    const { options: address, namespace } = await findAddress(config.root);
    const connection = await unlessAborted(signal, Connection.connect(address));
    closers.unshift(() => shut(connection));
    const client = new Client({ connection, namespace });
    const native = await unlessAborted(signal, NativeConnection.connect(address as NativeConnectionOptions));
    closers.unshift(() => native.close());
    drained = await poll({ ...options, pool, client, native });
  } finally {
    // A worker that was dropped holds its connections: they end with the process.
    const within = drained ? CLOSES_WITHIN : 0;
    for (const close of closers) await endsWithin(within, close(), options.hurry).catch(() => false);
  }
}

interface Polling extends WorkerOptions {
  pool: Pool;
  client: Client;
  native: NativeConnection;
}

/** `false` when the worker was dropped: see `untilDrained`. */
async function poll({ pool, client, native, ...options }: Polling): Promise<boolean> {
  const { config, alone = false, logger, signal, hurry, onReady, say, workflows } = options;
  const inHand = new RunsInHand();
  const prepare = async () => {
    await checkFolders(config, pool, { alone });
    await warnOfDifferences(config, client, logger);
    return Worker.create({
      connection: native,
      namespace: client.options.namespace,
      taskQueue,
      identity: `${process.pid}@${os.hostname()}`,
      workflowBundle: workflows ?? (await workflowBundle()),
      activities: createActivities({ config, client, pool, logger, shutdown: signal, inHand }),
      // A run in progress ends at its next safe point; what does not in 20 s is taken up by the next worker: `untilDrained`.
      shutdownGraceTime: '10s',
      // Cancellation reaches an activity with the answer to a heartbeat: `stop --now` within two seconds.
      maxHeartbeatThrottleInterval: '2s',
      defaultHeartbeatThrottleInterval: '2s',
      // A worker killed with -9 leaves its cached workflows behind: others take them after this time. A query that
      // gets lost on a busy server waits as long.
      stickyQueueScheduleToStartTimeout: '2s',
      ...isolateOptions,
      maxConcurrentActivityTaskExecutions: 20,
    });
  };
  const worker = await unlessAborted(signal, prepare());
  if (worker.options.isolateExecutionTimeoutMs !== ISOLATE_EXECUTION_TIMEOUT_MS)
    logger.warn(
      `the SDK ignores isolateExecutionTimeout, and has ${worker.options.isolateExecutionTimeoutMs} ms: a burst of signals on a busy machine may end the worker`,
    );
  const running = worker.run();
  const stop = () => worker.shutdown();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  // They end with the worker, also where it ends by itself.
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const services = runServices({ config, client, pool, logger, signal: until });
  onReady?.();
  const tell = say ?? ((line: string) => logger.warn(line));
  try {
    return await untilDrained({ running, client, working: () => inHand.tasks(), signal, hurry, say: tell });
  } finally {
    ended.abort();
    if (!(await endsWithin(CLOSES_WITHIN, services, hurry)) && !hurry?.aborted)
      tell('A service of a task, such as an HTTP endpoint, does not end; no longer waiting for it.');
    signal.removeEventListener('abort', stop);
  }
}

/**
 * The SDK cuts an activation off after 5 s by the clock, against endless loops; a burst of thousands of signals
 * on a starved machine comes near, and cutting off ends the process ("async hook stack has become corrupted").
 * The option is not in the SDK's types, so it is looked at whether it was taken. Milliseconds.
 */
const ISOLATE_EXECUTION_TIMEOUT_MS = 30_000;
const isolateOptions: object = { isolateExecutionTimeout: ISOLATE_EXECUTION_TIMEOUT_MS };

/** A worker with another configuration than the schedules were made from does something else than `apply` showed. */
async function warnOfDifferences(config: Config, client: Client, logger: Logger): Promise<void> {
  for (const task of config.tasks) {
    const found = await client.schedule
      .getHandle(scheduleId(task.name))
      .describe()
      .catch(() => undefined);
    if (!found) logger.warn({ task: task.name }, 'has no schedule; run `regie apply`');
    else if (found.action.memo?.[hashMemo] !== task.hash)
      logger.warn({ task: task.name }, 'its schedule was made from another configuration; run `regie apply`');
  }
}
