/**
 * What a program needs to speak to tasks from outside: `import { connect, controlId, stop } from 'regie/client'`. Temporal's own
 * client does the speaking; here are the names, ids and types of what a task's control workflow understands:
 *
 *     const { client, close } = await connect();
 *     const control = client.workflow.getHandle(controlId('svcLoadJson'));
 *     await control.signal(stop, { reason: 'cleaning the disk', by: 'me' });          // is left with the server
 *     const { nextRun } = await control.executeUpdate(start, { args: [{ by: 'me' }] }); // answers, or refuses
 *     const { lastRun } = await control.query(status);
 *
 * It loads Temporal's client, and nothing of workers or workflows.
 */
import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { queries } from './task/names.ts';
import type { CommandArgs, RunOptions, Status } from './task/status.ts';
import { connectClient, type Connected } from './temporal/connect.ts';

/** Ids of a task's workflows and schedule, of the watch, and the queue of the workers. */
export { controlId, runId, scheduleId, taskQueue, watchId } from './task/names.ts';
/** Key in a schedule's memo: the installation that it belongs to. Schedules of others have none. */
export { ownerMemo } from './task/names.ts';
/** The note by which a schedule that is paused without a worker tells who did it, and why. */
export { writeNote } from './temporal/note.ts';
/** What Temporal's client throws, so that a program needs no package beside Regie. */
export { QueryRejectedError, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
export type { Connected } from './temporal/connect.ts';
export type { TemporalAddress } from './temporal/address.ts';
export type { Attention, CommandArgs, LastRun, Outcome, RunOptions, Status, Waiting } from './task/status.ts';

/**
 * A command of a task, which is a signal and an update: `handle.signal(stop, args)` is left with the server, and acted on as soon as
 * a worker lives; `handle.executeUpdate(stop, { args: [args] })` waits for it, and answers the task's new status. An update that does not
 * fit the task's state is refused: `WorkflowUpdateFailedError`, whose `cause.message` says why.
 */
export interface Command<Args extends object = CommandArgs>
  extends
    Omit<SignalDefinition<[Args]>, 'type' | 'typeInfo'>,
    Omit<UpdateDefinition<Status, [Args]>, 'type' | 'typeInfo'> {
  /** For the compiler alone: `any` fits a signal as well as an update. */
  readonly type: any;
}

/**
 * A command that only the tasks of one kind know, `Kind.commands`, by its name: `const flush = commandOf<{ older: string }>('flush')`.
 * @typeParam Args what it is about, beside `reason` and `by`.
 */
export function commandOf<Args extends object>(name: string): Command<Args & CommandArgs> {
  return { name } as Command<Args & CommandArgs>;
}

/** Starts the task: its schedule goes on. Refused when it is started. */
export const start: Command = commandOf('start');
/** Stops the task; a run in progress ends at its next safe point, or is cancelled with `now`. Refused when it is stopped. */
export const stop: Command = commandOf('stop');
/** Asks for one run now. Refused when the task is stopped, unless `once`. */
export const run: Command<RunOptions> = commandOf('run');
/** Traces the task until `notrace`: each step of its runs goes to its log. */
export const trace: Command = commandOf('trace');
export const notrace: Command = commandOf('notrace');

/** How the task is. */
export const status = { type: 'query', name: queries.status } as QueryDefinition<Status>;
/** The last 50 lines of its log, oldest first. */
export const log = { type: 'query', name: queries.log } as QueryDefinition<string[]>;

/**
 * Connects as `regie` does: by `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY` and the like, or a profile of Temporal's own
 * `temporal.toml`; else to the server of the `regie up` in `root` (the working folder), else to 127.0.0.1:7233. Queries of a closed workflow are
 * rejected: a worker would answer them out of its history.
 * @param within ms to wait for the server.
 * @throws {Error} saying where no server answers, and what to do.
 */
export function connect({ root = process.cwd(), within = 10_000 } = {}): Promise<Connected> {
  return connectClient(root, within);
}
