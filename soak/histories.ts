import type { Client } from '@temporalio/client';

/** Lengths of workflow histories, events. */
export interface Histories {
  runs: number;
  longestRun: number;
  controls: number;
  longestControl: number;
  longestWatch: number;
}

/** Looks at all workflows of the installation, those that have ended too. */
export async function measureHistories(client: Client): Promise<Histories> {
  const found: Histories = { runs: 0, longestRun: 0, controls: 0, longestControl: 0, longestWatch: 0 };
  for await (const { workflowId, runId, type, status, historyLength } of client.workflow.list()) {
    // Of one that goes on the list knows nothing yet.
    const events =
      status.name === 'RUNNING'
        ? (await client.workflow.getHandle(workflowId, runId).describe()).historyLength
        : historyLength;
    if (type === 'task') {
      found.controls += 1;
      found.longestControl = Math.max(found.longestControl, events);
    } else if (type === 'watch') {
      found.longestWatch = Math.max(found.longestWatch, events);
    } else if (workflowId.startsWith('run/')) {
      found.runs += 1;
      found.longestRun = Math.max(found.longestRun, events);
    }
  }
  return found;
}
