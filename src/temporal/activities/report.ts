import type { RunReport } from '../../task/messages.ts';
import { signalControl } from '../control-workflows.ts';
import { signals } from '../names.ts';
import { findTask, type Engine } from './engine.ts';

/** Tells the control workflow what a run did. */
export async function reportRun(engine: Engine, task: string, report: RunReport): Promise<void> {
  await signalControl(engine.client, findTask(engine, task), signals.report, report);
}
