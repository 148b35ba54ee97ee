import type { RunReport } from '../../task/messages.ts';
import { signalControl } from '../control-workflows.ts';
import { signals } from '../names.ts';
import { nextTick } from '../schedules/offset.ts';
import { newAttention, recordAttention } from './attention.ts';
import { findTask, type Engine } from './engine.ts';

/** Tells the control workflow what a run did. */
export async function reportRun(
  engine: Engine,
  name: string,
  report: Omit<RunReport, 'nextRun'>,
): Promise<void> {
  const task = findTask(engine, name);
  const nextRun = nextTick(task, Date.now()).toISOString();
  const attention = await newAttention(engine, task);
  await signalControl(engine.client, task, signals.report, {
    ...report,
    nextRun,
    ...(attention ? { attention } : {}),
  } satisfies RunReport);
  if (attention) await recordAttention(engine, name, attention);
}
