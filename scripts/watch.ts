/**
 * Watches the tasks: prints a line whenever one is started or stopped, begins or ends a run, fails, or has nobody who
 * acts for it (its control workflow was ended).
 *
 *   npx tsx scripts/watch.ts                      every task; Ctrl-C ends it
 *   npx tsx scripts/watch.ts svcLoadJson          one
 *
 * A place to hang an alert on: replace `console.log` by whatever wakes you up.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  connect,
  controlId,
  ownerMemo,
  QueryRejectedError,
  status,
  WorkflowNotFoundError,
  type Status,
} from 'regie/client';

const { client, close } = await connect();

const end = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort());

/** What there is to say about a task; a line is printed when it becomes true. */
function facts({ state, by, reason, running, failures, lastRun }: Status): string[] {
  const ended = lastRun && `run ${lastRun.id} ended: ${lastRun.outcome} ${JSON.stringify(lastRun.counts)}`;
  return [
    `${state} by ${by}${reason ? `: ${reason}` : ''}`,
    ...(running ? ['a run is in progress'] : []),
    ...(ended ? [ended] : []),
    ...(failures > 0 ? [`failed ${failures} times in a row: ${lastRun?.error}`] : []),
  ];
}

async function factsOf(task: string): Promise<string[]> {
  try {
    return facts(await client.workflow.getHandle(controlId(task)).query(status));
  } catch (error) {
    if (error instanceof QueryRejectedError || error instanceof WorkflowNotFoundError)
      return ['its control workflow does not run; `regie apply` starts it'];
    throw error;
  }
}

const only = process.argv[2];
const known = new Map<string, string[]>();
while (!end.signal.aborted) {
  for await (const { scheduleId, memo } of client.schedule.list()) {
    if (memo?.[ownerMemo] === undefined || (only && scheduleId !== only)) continue;
    const now = await factsOf(scheduleId);
    const before = known.get(scheduleId) ?? [];
    for (const fact of now.filter((one) => !before.includes(one))) {
      console.log(new Date().toISOString(), scheduleId, fact);
    }
    known.set(scheduleId, now);
  }
  await sleep(1000, undefined, { signal: end.signal }).catch(() => undefined);
}
await close();
