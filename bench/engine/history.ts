import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

/** A run's history: what happened when, ms since its start. */
export interface Happening {
  event: string;
  at: number;
}

/** Reads the history of a workflow from the server. */
export async function readHistory(client: Client, workflowId: string): Promise<Happening[]> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  const { events } = JSON.parse(historyToJSON(history)) as {
    events: { eventType: string; eventTime: string }[];
  };
  const start = Date.parse(events[0]!.eventTime);
  return events.map(({ eventType, eventTime }) => ({
    event: eventType.replace('EVENT_TYPE_', ''),
    at: Date.parse(eventTime) - start,
  }));
}

/** The longest time in a history in which nothing happened. */
export function longestPause(history: readonly Happening[]): { ms: number; before: string; after: string } {
  let longest = { ms: 0, before: '', after: '' };
  for (let i = 1; i < history.length; i += 1) {
    const ms = history[i]!.at - history[i - 1]!.at;
    if (ms > longest.ms) longest = { ms, before: history[i - 1]!.event, after: history[i]!.event };
  }
  return longest;
}
