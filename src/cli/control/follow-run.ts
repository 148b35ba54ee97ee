import type { ScheduleExecutionStartWorkflowActionResult } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '../../task/config.ts';
import { messageOf } from '../../task/errors.ts';
import type { RunResult } from '../../task/messages.ts';
import { unlessAborted } from '../../task/in-time.ts';
import { exit, type ExitCode } from '../../command/exit.ts';
import { oneLine } from '../../command/escape-controls.ts';
import type { CliSession } from '../frame/cli-session.ts';
import { numbers } from './describe-status.ts';
import { askStatus } from './ask-control.ts';
import { describeSchedule } from './view.ts';

/** Often enough to look immediate, rarely enough to cost a server nothing. */
const pause = 250;

/** Runs of a task that began before. */
export type Seen = ReadonlySet<string>;

/** The runs that a task's schedule has started so far (the last ten): what begins later is none of them. */
export async function newRuns(session: CliSession, task: Task): Promise<Seen> {
  return new Set((await runs(session, task)).map(({ firstExecutionRunId }) => firstExecutionRunId));
}

/**
 * Waits for the first run that is not among `seen`, tells its progress on a terminal and then how it ended.
 * Ctrl-C ends the waiting, not the run.
 * @returns exit code: 0 when the run did what it could, 1 when it failed, 5 when it was not allowed to work.
 */
export async function followRun(session: CliSession, task: Task, seen: Seen): Promise<ExitCode> {
  const { out } = session;
  const interruption = session.interruption();
  const run = await begun(session, task, seen, interruption);
  if (!run) return exit.failed;
  const ended = new AbortController();
  const progress = showProgress(session, task, AbortSignal.any([ended.signal, interruption]));
  try {
    const client = await session.clientToRead();
    const result = client.workflow
      .getHandle(run.workflowId, run.firstExecutionRunId)
      .result() as Promise<RunResult>;
    const { outcome, counts = {}, note } = await unlessAborted(interruption, result);
    ended.abort();
    await progress;
    out.answer({ task: task.name, run: run.workflowId, outcome, counts, ...(note ? { note } : {}) }, () =>
      [`Run ${run.workflowId}: ${outcome}`, numbers(counts), note].filter(Boolean).join('; '),
    );
    return outcome === 'busy' || outcome === 'stopped' ? exit.refused : exit.done;
  } catch (error) {
    if (interruption.aborted) {
      out.remark(`The run goes on; see \`regie status ${task.name}\`.`);
      return exit.failed;
    }
    const cancelled =
      error instanceof Error && error.cause instanceof Error && error.cause.name === 'CancelledFailure';
    const outcome = cancelled ? 'cancelled' : 'failed';
    const message = messageOf(error);
    out.answer(
      { task: task.name, run: run.workflowId, outcome, error: message, code: exit.failed },
      () => `Run ${run.workflowId}: ${outcome}; ${message}`,
    );
    return exit.failed;
  } finally {
    ended.abort();
    await progress;
  }
}

type Run = ScheduleExecutionStartWorkflowActionResult['workflow'];

async function runs(session: CliSession, task: Task): Promise<Run[]> {
  const { info } = await describeSchedule(await session.clientToRead(), task);
  return info.recentActions.map(({ action }) => action.workflow);
}

async function begun(
  session: CliSession,
  task: Task,
  seen: Seen,
  interruption: AbortSignal,
): Promise<Run | undefined> {
  while (!interruption.aborted) {
    const run = (await runs(session, task)).find(({ firstExecutionRunId }) => !seen.has(firstExecutionRunId));
    if (run) return run;
    await sleep(pause, undefined, { signal: interruption }).catch(() => undefined);
  }
  return undefined;
}

async function showProgress(session: CliSession, task: Task, end: AbortSignal): Promise<void> {
  const { out } = session;
  if (!out.tty || out.json) return;
  const client = await session.clientToRead();
  while (!end.aborted) {
    const said = await askStatus(client, task).catch(() => undefined);
    const progress = said?.answer?.progress;
    if (progress && !end.aborted) out.raw(`\r\u001B[K${oneLine(progress)}`);
    await sleep(pause, undefined, { signal: end }).catch(() => undefined);
  }
  out.raw('\r\u001B[K');
}
