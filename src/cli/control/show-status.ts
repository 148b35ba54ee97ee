import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '../../config/schema.ts';
import type { Output } from '../frame/output.ts';
import type { Session } from '../frame/session.ts';
import { describe, describeAll } from './describe.ts';
import { view, type View } from './view.ts';

/** Prints one task in full, or (with `tasks` left out) all tasks of the configuration, one a line. */
export async function showStatus(session: Session, tasks: readonly Task[] | undefined): Promise<void> {
  const views = await viewAll(session, tasks);
  session.out.answer(tasks ? views[0] : views, () => text(views, tasks !== undefined, session.out));
}

/**
 * Prints the status every second until interrupted: redrawn on a terminal; elsewhere, and with `--json` as
 * one document a line, whenever it changed.
 */
export async function watchStatus(session: Session, tasks: readonly Task[] | undefined): Promise<void> {
  const { out } = session;
  const interruption = session.interruption();
  let before = '';
  while (!interruption.aborted) {
    const views = await viewAll(session, tasks);
    const value = tasks ? views[0] : views;
    // Without what changes by itself as time goes.
    const now = JSON.stringify(value, (key, part: unknown) =>
      key === 'asOf' || key === 'lastSeen' ? undefined : part,
    );
    if (out.tty && !out.json) out.raw(`\u001B[H\u001B[J${text(views, tasks !== undefined, out)}\n`);
    else if (now !== before) out.event(value, () => text(views, tasks !== undefined, out));
    before = now;
    await sleep(1_000, undefined, { signal: interruption }).catch(() => undefined);
  }
}

async function viewAll(session: Session, tasks: readonly Task[] | undefined): Promise<View[]> {
  const all = tasks ?? (await session.config()).tasks;
  return Promise.all(all.map((task) => view(session, task)));
}

function text(views: readonly View[], single: boolean, { colors }: Output): string {
  const [only] = views;
  if (!only) return 'The configuration declares no task.';
  return single ? describe(only, colors) : describeAll(views, colors);
}
