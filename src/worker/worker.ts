import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker, type NativeConnectionOptions } from '@temporalio/worker';
import os from 'node:os';
import type { Logger } from 'pino';
import type { Config } from '../config/schema.ts';
import { openPool } from '../store/connection.ts';
import { migrate } from '../store/migrate.ts';
import { createActivities } from '../temporal/activities/index.ts';
import { findAddress } from '../temporal/address.ts';
import { hashMemo, scheduleId, taskQueue } from '../temporal/names.ts';
import { shut } from '../temporal/shut.ts';
import { workflowBundle } from './bundle.ts';
import { checkFolders } from './folders.ts';
import { runServices } from './services.ts';

export interface WorkerOptions {
  config: Config;
  databaseUrl: string;
  /** The database is ours, on this machine only. */
  alone?: boolean;
  logger: Logger;
  /** Ends the worker: it drains, then `run` returns. */
  signal: AbortSignal;
  /** Called when the worker polls. */
  onReady?: () => void;
}

/**
 * Runs a worker until `signal`: migrates the database, checks the folders, then polls the task queue.
 * Several may run at once. Throws when a server or a folder is not as it should be.
 */
export async function runWorker({
  config,
  databaseUrl,
  alone = false,
  logger,
  signal,
  onReady,
}: WorkerOptions): Promise<void> {
  await migrate(databaseUrl);
  const pool = openPool(databaseUrl, {
    applicationName: 'regie worker',
    max: 20,
    onLost: (error) => logger.warn({ err: error }, 'a connection to PostgreSQL was lost'),
  });
  const { options, namespace } = await findAddress(config.root);
  const connection = await Connection.connect(options);
  const client = new Client({ connection, namespace });
  const native = await NativeConnection.connect(options as NativeConnectionOptions);
  try {
    await checkFolders(config, pool, { alone });
    await warnOfDifferences(config, client, logger);
    const worker = await Worker.create({
      connection: native,
      namespace,
      taskQueue,
      identity: `${process.pid}@${os.hostname()}`,
      workflowBundle: await workflowBundle(),
      activities: createActivities({ config, client, pool, logger, shutdown: signal }),
      // A run in progress ends at its next safe point; what does not in this time is taken up by the next worker.
      shutdownGraceTime: '10s',
      shutdownForceTime: '20s',
      // Cancellation reaches an activity with the answer to a heartbeat: `stop --now` within two seconds.
      maxHeartbeatThrottleInterval: '2s',
      defaultHeartbeatThrottleInterval: '2s',
      // A worker killed with -9 leaves its cached workflows behind: others take them after this time. A query that
      // gets lost on a busy server waits as long.
      stickyQueueScheduleToStartTimeout: '2s',
      ...patience,
      maxConcurrentActivityTaskExecutions: 20,
    });
    const running = worker.run();
    const stop = () => worker.shutdown();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    // They end with the worker, also where it ends by itself.
    const ended = new AbortController();
    const until = AbortSignal.any([signal, ended.signal]);
    const services = runServices({ config, client, pool, logger, signal: until });
    onReady?.();
    try {
      await running;
    } finally {
      ended.abort();
      await services;
      signal.removeEventListener('abort', stop);
    }
  } finally {
    await native.close();
    await shut(connection);
    await pool.end();
  }
}

/**
 * The SDK cuts an activation off after 5 s by the clock, against endless loops; a burst of thousands of signals
 * on a starved machine comes near, and cutting off ends the process ("async hook stack has become corrupted").
 * The option is not in the SDK's types.
 */
const patience: object = { isolateExecutionTimeout: '30s' };

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
