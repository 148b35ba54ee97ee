import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Config, Task } from '../../task/config.ts';
import { PermanentError } from '../../task/errors.ts';
import type { RunTicket } from '../../task/messages.ts';
import type { RunsInHand } from './in-hand.ts';

/** What the engine's activities share in a worker. */
export interface Engine {
  config: Config;
  client: Client;
  pool: Pool;
  logger: Logger;
  /** Aborted when the worker shuts down: what is in progress ends at its next safe point and goes on elsewhere. */
  shutdown: AbortSignal;
  inHand: RunsInHand;
}

/** Finds a task of this worker's configuration. Throws `UnknownTask`: the schedule outlived the configuration. */
export function findTask({ config }: Engine, name: string): Task {
  const task = config.tasks.find((t) => t.name === name);
  if (!task)
    throw new PermanentError(
      'UnknownTask',
      `task ${JSON.stringify(name)} is not in ${config.file}; this worker knows ${config.tasks.map((t) => t.name).join(', ')}. ` +
        `Restart the worker with the configuration that has it, or run \`regie apply\` to remove its schedule`,
    );
  return task;
}

/** The task of a run that was started as `kind`. Throws `OtherKind` when it is of another one by now, else as `findTask`. */
export function taskOf(engine: Engine, { task: name }: RunTicket, kind: string): Task {
  const task = findTask(engine, name);
  if (task.kind.name !== kind)
    throw new PermanentError(
      'OtherKind',
      `this run was started as ${kind}, and task ${name} is of the kind ${task.kind.name} in ${engine.config.file}; run \`regie apply\``,
    );
  return task;
}
