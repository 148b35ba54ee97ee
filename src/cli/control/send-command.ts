import type { Client } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import type { Task } from '../../task/config.ts';
import { byWhom } from '../../task/by-whom.ts';
import type { CommandName } from '../../task/messages.ts';
import type { CommandArgs, RunOptions, Status } from '../../task/status.ts';
import { signalControl } from '../../temporal/control-workflows.ts';
import { controlId, scheduleId } from '../../task/names.ts';
import { readNote, writeNote } from '../../temporal/note.ts';
import { caller } from '../../command/caller.ts';
import { isMissing, isTimeout, within } from '../../reach/deadline.ts';
import { CliError, exit } from '../../command/exit.ts';
import type { Action, Done } from '../../command/session.ts';
import type { CliSession } from '../frame/cli-session.ts';
import { clockAndDistance, distance } from '../../command/times.ts';
import { askStatus, bringBack } from './ask-control.ts';
import { describeSchedule } from './view.ts';

type Args = CommandArgs & RunOptions;

/** A worker that answers queries may still be held up by a server it waits for; then its answer is given up. */
const ANSWER_WITHIN_MS = 10_000;

/**
 * Gives a command to a task: by an update to its control workflow, which answers with the new status; one that somebody
 * has ended is started again for it. When no worker is there, `start` and `stop` change the schedule, `run`, `trace`
 * and `notrace` are left as signals.
 * @throws CliError exit 5 when the command does not fit the task's state.
 */
export async function sendCommand(
  session: CliSession,
  task: Task,
  action: Action,
  args: Args = {},
): Promise<Done> {
  const client = await session.client();
  const named = { ...args, by: args.by ?? caller() };
  // Asked first because an update that finds no worker is kept by the server and acts when one comes back,
  // long after the operator was told something else; a query is not.
  const { answer: before, gone } = await askStatus(client, task);
  if (!before && !gone) return withoutWorker(client, task, action, named);
  const done = before && (await update(client, task, action, named, before));
  return done ?? (await giveAnew(client, task, action, named, gone ?? 'ended a moment ago'));
}

/** Gives a command to a task whose control workflow does not run. */
async function giveAnew(client: Client, task: Task, action: Action, args: Args, gone: string): Promise<Done> {
  // A task without a schedule left the configuration of whoever applied last, and its control workflow ended with it.
  await describeSchedule(client, task);
  const before = await bringBack(client, task);
  const done =
    (before && (await update(client, task, action, args, before))) ??
    (await withoutWorker(client, task, action, args));
  return {
    ...done,
    message: `${done.message} Its control workflow ${gone}; it is started again.`,
    control: gone,
  };
}

/** Undefined when the control workflow has ended since it was asked: then nothing was done. */
async function update(
  client: Client,
  task: Task,
  action: Action,
  args: Args,
  before: Status,
): Promise<Done | undefined> {
  const name = nameOf(action);
  try {
    const status = await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      client.workflow
        .getHandle(controlId(task.name))
        .executeUpdate<Status, [Args]>(name, { args: [args], updateId: randomUUID() }),
    );
    const message = typeof action === 'string' ? words(action, before, status, args) : action.done;
    return { task: task.name, action: name, message, by: 'worker', status };
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (isTimeout(error)) {
      throw new CliError(
        exit.failed,
        `The worker has taken "${name}" for ${task.name} but has not answered for ${ANSWER_WITHIN_MS / 1000} s. ` +
          `\`regie log ${task.name}\` will show what came of it.`,
      );
    }
    throw refusal(task, error) ?? error;
  }
}

/** The control workflow's refusal, in its words; undefined for any other error. */
function refusal(task: Task, error: unknown): CliError | undefined {
  const cause =
    error instanceof Error && error.name === 'WorkflowUpdateFailedError' ? error.cause : undefined;
  if (!(cause instanceof Error)) return undefined;
  const refused = (cause as { type?: unknown }).type === 'CommandRejected';
  return new CliError(refused ? exit.refused : exit.failed, `${task.name}: ${sentence(cause.message)}`);
}

function words(action: CommandName, before: Status, after: Status, args: Args): string {
  const { task } = after;
  switch (action) {
    case 'start':
      return `${task} started${after.nextRun ? `; next run ${distance(after.nextRun)}` : ''}.`;
    case 'stop':
      if (!before.running) return `${task} stopped.`;
      if (before.state === 'stopped')
        return `${task} was stopped already; the run in progress is being cancelled.`;
      return args.now
        ? `${task} stopped; the run in progress is being cancelled.`
        : `${task} stopped; the run in progress ends at its next safe point.`;
    case 'run':
      return before.running
        ? `A run of ${task} is in progress; one more follows right after it.`
        : `A run of ${task} begins${args.tmp ? ' (a rehearsal: twin tables, files stay)' : ''}.`;
    case 'trace':
      return before.trace
        ? `${task} is traced already.`
        : `${task} is traced from now on; see \`regie log ${task} --follow\`.`;
    case 'notrace':
      return before.trace ? `${task} is no longer traced.` : `${task} was not traced.`;
  }
}

const nameOf = (action: Action) => (typeof action === 'string' ? action : action.name);

async function withoutWorker(client: Client, task: Task, action: Action, args: Args): Promise<Done> {
  return action === 'start' || action === 'stop'
    ? await changeSchedule(client, task, action, args)
    : await leaveSignal(client, task, nameOf(action), args);
}

async function changeSchedule(
  client: Client,
  task: Task,
  action: 'start' | 'stop',
  args: Args,
): Promise<Done> {
  const schedule = await describeSchedule(client, task);
  const { paused, note } = schedule.state;
  const { by, reason, held } = readNote(note ?? '');
  // A held task may be stopped for good: then `scheduler start` leaves it alone.
  if (paused === (action === 'stop') && !held) {
    const state = paused ? 'stopped' : 'started';
    throw new CliError(
      exit.refused,
      `${task.name} is already ${state}${note ? `, ${byWhom({ by, reason })}` : ''}.`,
    );
  }
  const handle = client.schedule.getHandle(scheduleId(task.name));
  const left = writeNote(action === 'stop' ? 'stopped' : 'started', args.by ?? '', args.reason, new Date());
  await within(client, () => (action === 'stop' ? handle.pause(left) : handle.unpause(left)));
  const running = schedule.info.runningActions;
  if (args.now) {
    for (const { workflow } of running) {
      await within(client, () => client.workflow.getHandle(workflow.workflowId).cancel());
    }
  }
  const did = action === 'stop' ? 'stopped' : 'started';
  const rest =
    action === 'start'
      ? 'it runs as soon as a worker does'
      : running.length === 0
        ? 'nothing was running'
        : args.now
          ? 'the run in progress is cancelled when a worker is back'
          : 'the run in progress goes on when a worker is back, and ends at its next safe point';
  return {
    task: task.name,
    action,
    message: `${task.name} ${did}, on its schedule: no worker answers; ${rest}.`,
    by: 'schedule',
  };
}

async function leaveSignal(client: Client, task: Task, action: string, args: Args): Promise<Done> {
  const schedule = await describeSchedule(client, task);
  if (action === 'run' && schedule.state.paused && !args.once) {
    const { by, at, reason } = readNote(schedule.state.note ?? '');
    throw new CliError(
      exit.refused,
      `${task.name} is stopped${at ? ` since ${clockAndDistance(at)}` : ''}, ${byWhom({ by, reason })}. ` +
        `Start it first, or run it --once.`,
    );
  }
  // With start: it may have ended meanwhile, and a signal that nobody gets is lost.
  await within(client, () => signalControl(client, task, action, args));
  return {
    task: task.name,
    action,
    message: `No worker answers; "${action}" is left as a signal, and ${task.name} acts on it when a worker is back.`,
    by: 'signal',
  };
}

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
