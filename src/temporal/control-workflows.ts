import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Task } from '../task/config.ts';
import { attributesOf } from './attributes.ts';
import { controlId, controlType, signals, taskQueue, watchId, watchType } from '../task/names.ts';

/** Sends a signal to the control workflow of a task; starts it when it does not run, whoever ended it. */
export async function signalControl(
  client: Client,
  { name, kind }: Task,
  signal: string,
  ...args: unknown[]
): Promise<void> {
  await client.workflow.signalWithStart(controlType, {
    workflowId: controlId(name),
    taskQueue,
    args: [{ task: name, kind: kind.name, ...commandsOf(kind) }],
    signal,
    signalArgs: args,
    // A burst of thousands of signals, on a machine that is busy otherwise, takes longer than the default 10 s.
    workflowTaskTimeout: '30s',
    typedSearchAttributes: attributesOf(name, kind.name),
    staticSummary: kind.summary,
  });
}

function commandsOf({ commands }: Task['kind']): { commands?: Record<string, string> } {
  if (!commands) return {};
  return {
    commands: Object.fromEntries(Object.entries(commands).map(([name, { summary }]) => [name, summary])),
  };
}

/** Ends the control workflow of a task that left the configuration. */
export async function endControl(client: Client, task: string): Promise<void> {
  try {
    await client.workflow.getHandle(controlId(task)).signal(signals.end);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** Starts the workflow that watches the schedules, one for the installation. */
export async function ensureWatch(client: Client): Promise<void> {
  await client.workflow.start(watchType, {
    workflowId: watchId,
    taskQueue,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'Watches the schedules: tells a task when somebody else paused or unpaused it',
  });
}
