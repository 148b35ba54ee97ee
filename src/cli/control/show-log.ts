import type { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '../../task/config.ts';
import { messageOf } from '../../task/errors.ts';
import { queries, runId } from '../../task/names.ts';
import { CliError, exit } from '../../command/exit.ts';
import type { Output } from '../../command/output.ts';
import type { CliSession } from '../frame/cli-session.ts';
import { clock, span } from '../../command/times.ts';
import { queryControl } from './ask-control.ts';
import { numbers } from './describe-status.ts';
import { LogReader, type Entry } from './log-reader.ts';

export interface LogOptions {
  follow: boolean;
  lines: number;
}

/** How often a followed log looks for more. */
const pause = 500;

/**
 * Prints the last lines of a task's log from the database, or (without one) what its control workflow
 * remembers; with `follow` whatever comes, until interrupted. With `--json` one document a line.
 */
export async function showLog(session: CliSession, task: Task, { follow, lines }: LogOptions): Promise<void> {
  const database = await session.database();
  if (!database) return fromControl(session, task, await session.clientToRead(), { follow, lines });
  const reader = new LogReader(database, task.name);
  const last = lines > 0 ? await reader.last(lines) : [];
  print(session, task, last);
  if (last.length === 0 && !follow && lines > 0)
    session.out.remark(`${task.name} has neither run nor been traced yet.`);
  if (!follow) return;
  await reader.skip();
  await followReader(session, task, reader);
}

/**
 * Opens a task's log at its present end, before something is done whose traces shall be seen.
 * @returns what prints, until interrupted, all that came since.
 */
export async function openLog(session: CliSession, task: Task): Promise<() => Promise<void>> {
  const database = await session.database();
  if (!database)
    return async () => fromControl(session, task, await session.clientToRead(), { follow: true, lines: 0 });
  const reader = new LogReader(database, task.name);
  await reader.skip();
  return () => followReader(session, task, reader);
}

async function followReader(session: CliSession, task: Task, reader: LogReader): Promise<void> {
  const { out } = session;
  const interruption = session.interruption();
  let lost = false;
  while (!interruption.aborted) {
    try {
      print(session, task, await reader.fresh());
      lost = false;
    } catch (error) {
      // Whoever follows a log wants to see what comes after a restart, too.
      if (!lost) out.remark(`The database is away (${messageOf(error)}); waiting for it.`);
      lost = true;
    }
    await sleep(pause, undefined, { signal: interruption }).catch(() => undefined);
  }
}

function print({ out }: CliSession, task: Task, entries: readonly Entry[]): void {
  for (const entry of entries)
    out.event({ task: task.name, ...entry }, () => entryLine(task, entry, out.colors));
}

/** An entry in words. With `named` the task stands there instead of the run: for the log of several tasks. */
export function entryLine(
  task: Task,
  { at, what, run, text, data }: Entry,
  colors: Output['colors'],
  { named = false } = {},
): string {
  const time = colors.dim(clock(at.toISOString()));
  const prefix = `${runId(task.name)}-`;
  const id = named ? task.name : colors.dim(run.startsWith(prefix) ? run.slice(prefix.length) : run);
  if (what === 'command') return `${time}  ${named ? `${id}  ` : ''}${text}`;
  if (what === 'step') return `${time}  ${id}  ${text}${data ? ` ${colors.dim(JSON.stringify(data))}` : ''}`;
  if (what === 'began') {
    const options = data && Object.keys(data).length > 0 ? ` ${JSON.stringify(data)}` : '';
    return `${time}  ${id}  ${colors.bold('run began')}${options}`;
  }
  const { counts, note, error, ms } = (data ?? {}) as {
    counts?: Record<string, number>;
    note?: string;
    error?: string;
    ms?: number;
  };
  const outcome = text === 'failed' ? colors.red(text) : text;
  const told = [counts ? numbers(counts) : '', note, error].filter(Boolean).join('; ');
  return `${time}  ${id}  ${colors.bold('run ended')} ${outcome} after ${span(ms ?? 0)}${told ? `: ${told}` : ''}`;
}

async function fromControl(
  session: CliSession,
  task: Task,
  client: Client,
  { follow, lines }: LogOptions,
): Promise<void> {
  const { out } = session;
  const interruption = follow ? session.interruption() : undefined;
  let before: string[] | undefined;
  do {
    const now = await ask(client, task);
    if (!before && !out.json) {
      out.remark('No database answers: this is what the control workflow remembers, 50 lines at most.');
    }
    const fresh = before ? newTail(before, now) : now.slice(Math.max(0, now.length - lines));
    for (const text of fresh) out.event({ task: task.name, text }, () => text);
    before = now;
    if (interruption) await sleep(pause, undefined, { signal: interruption }).catch(() => undefined);
  } while (interruption && !interruption.aborted);
}

async function ask(client: Client, task: Task): Promise<string[]> {
  const { answer, gone } = await queryControl<string[]>(client, task, queries.log);
  if (answer) return answer;
  const why = gone
    ? `no database answers, and the control workflow of ${task.name} ${gone}. \`regie apply\` starts it again`
    : 'neither a database nor a worker answers';
  throw new CliError(exit.failed, `There is no log to show: ${why}.`);
}

/** What `now` has after the end of `before`; the log is a window that drops its oldest lines. */
function newTail(before: readonly string[], now: readonly string[]): readonly string[] {
  for (let kept = Math.min(before.length, now.length); kept > 0; kept -= 1) {
    if (before.slice(-kept).every((text, i) => text === now[i])) return now.slice(kept);
  }
  return now;
}
