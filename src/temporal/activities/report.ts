import type { RunReport } from '../../task/messages.ts';
import { signalControl } from '../control-workflows.ts';
import { signals } from '../names.ts';
import { nextTick } from '../schedules/offset.ts';
import { findTask, type Engine } from './engine.ts';

/** Tells the control workflow what a run did. */
export async function reportRun(
  engine: Engine,
  name: string,
  report: Omit<RunReport, 'nextRun'>,
): Promise<void> {
  const task = findTask(engine, name);
  const nextRun = nextTick(task, Date.now()).toISOString();
  await signalControl(engine.client, task, signals.report, { ...report, nextRun } satisfies RunReport);
}
