/**
 * Traces a task for as long as this script runs: each step of its runs goes to the task's log.
 *
 *   npx tsx scripts/trace.ts svcLoadJson          Ctrl-C ends it
 *
 * `trace` lasts until `notrace`, restarts of worker and server included; the query `log` answers the last
 * 50 lines. (`regie log svcLoadJson --follow` reads all of them, from PostgreSQL.)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, controlId, log, notrace, trace, WorkflowNotFoundError } from 'regie/client';

const [task] = process.argv.slice(2);
if (!task) throw new Error('usage: trace.ts <task>');

const { client, close } = await connect();
const control = client.workflow.getHandle(controlId(task));

const end = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort());

await control.executeUpdate(trace, { args: [{ by: 'trace.ts' }] }).catch((error: unknown) => {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
  throw new Error(`the control workflow of ${task} does not run; \`regie apply\` starts it`, {
    cause: error,
  });
});
let last: string | undefined;
while (!end.signal.aborted) {
  const lines = await control.query(log);
  // The log is a window: what comes after the last line shown is new.
  for (const line of lines.slice(last === undefined ? 0 : lines.lastIndexOf(last) + 1)) console.log(line);
  last = lines.at(-1) ?? last;
  await sleep(1000, undefined, { signal: end.signal }).catch(() => undefined);
}
await control.executeUpdate(notrace, { args: [{ by: 'trace.ts' }] });
await close();
