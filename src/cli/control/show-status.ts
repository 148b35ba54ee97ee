import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '../../task/config.ts';
import { explain } from '../../reach/explain-error.ts';
import { escapeControls } from '../../command/escape-controls.ts';
import type { CliSession } from '../frame/cli-session.ts';
import { describe, describeAll } from './describe-status.ts';
import { NotApplied, view, type Absent, type View } from './view.ts';

/** Prints one task in full, or (with `tasks` left out) all tasks of the configuration, one a line. */
export async function showStatus(session: CliSession, only: Task | undefined): Promise<void> {
  const { out } = session;
  if (only) {
    const found = await view(session, only);
    out.answer(found, () => describe(found, out.colors));
  } else {
    const all = await viewAll(session);
    out.answer(all, () => describeAll(all, out.colors));
  }
}

/**
 * Prints the status every second until interrupted: redrawn on a terminal; elsewhere, and with `--json` as
 * one document a line, whenever it changed. A server that goes away is waited for.
 */
export async function watchStatus(session: CliSession, only: Task | undefined): Promise<void> {
  const { out } = session;
  const interruption = session.interruption();
  // The first look fails as `status` would: there may never have been a server.
  let now = await frame(session, only);
  let before = '';
  while (!interruption.aborted) {
    if (out.tty && !out.json) out.raw(`${home}${escapeControls(now.text)}\n`);
    else if (now.essence !== before) out.event(now.value, () => now.text);
    before = now.essence;
    await sleep(1_000, undefined, { signal: interruption }).catch(() => undefined);
    if (!interruption.aborted) now = await frame(session, only).catch(failed);
  }
}

/** Cursor home, clear to the end. */
const home = '\u001B[H\u001B[J';

interface Frame {
  value: unknown;
  text: string;
  /** What it says, without what changes by itself as time goes. */
  essence: string;
}

async function frame(session: CliSession, only: Task | undefined): Promise<Frame> {
  const { colors } = session.out;
  const single = only && (await view(session, only));
  const all = single ? [] : await viewAll(session);
  const value = single ?? all;
  return {
    value,
    text: single ? describe(single, colors) : describeAll(all, colors),
    essence: JSON.stringify(value, (key, part: unknown) =>
      key === 'asOf' || key === 'lastSeen' ? undefined : part,
    ),
  };
}

function failed(error: unknown): Frame {
  const { message, code } = explain(error);
  return { value: { error: message, code }, text: message, essence: message };
}

async function viewAll(session: CliSession): Promise<(View | Absent)[]> {
  const { tasks } = await session.config();
  return Promise.all(tasks.map((task) => view(session, task).catch((error: unknown) => absent(task, error))));
}

function absent(task: Task, error: unknown): Absent {
  if (!(error instanceof NotApplied)) throw error;
  return { task: task.name, kind: task.kind.name, state: 'absent' };
}
