import { WorkflowNotFoundError } from '@temporalio/client';
import type { RunReport } from '../../task/messages.ts';
import { signalControl } from '../../temporal/control-workflows.ts';
import { controlId, signals } from '../../task/names.ts';
import { nextTick } from '../../temporal/schedules/ticks.ts';
import type { Engine } from './engine.ts';

/** Tells the control workflow what a run did. Ticks before `notBefore` stay idle: the task backs off. */
export async function reportRun(
  { config, client }: Engine,
  name: string,
  report: Omit<RunReport, 'nextRun'>,
  notBefore: Date | null = null,
): Promise<void> {
  const task = config.tasks.find((t) => t.name === name);
  if (!task) {
    // Added to the configuration after this worker had read it. Operators must learn why its runs fail.
    await client.workflow
      .getHandle(controlId(name))
      .signal(signals.report, report satisfies RunReport)
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
    return;
  }
  const next = await nextTick(config, task, Math.max(Date.now(), notBefore?.getTime() ?? 0));
  await signalControl(client, task, signals.report, {
    ...report,
    ...(next ? { nextRun: next.toISOString() } : {}),
  } satisfies RunReport);
}
