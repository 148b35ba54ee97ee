/**
 * Asks one task, or all of them, how it is.
 *
 *   npx tsx scripts/status.ts                     all tasks, one line each
 *   npx tsx scripts/status.ts svcLoadJson         everything about one, as JSON
 *
 * A *query* changes nothing and leaves no trace in the history. All tasks are found by their schedules, so this script
 * needs no configuration. Where the control workflow does not run (somebody has ended it), the schedule still tells
 * whether the task is started.
 */
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

/** Undefined where the control workflow does not run. */
async function ask(name: string): Promise<Status | undefined> {
  try {
    return await client.workflow.getHandle(controlId(name)).query(status);
  } catch (error) {
    if (error instanceof QueryRejectedError || error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

const [task] = process.argv.slice(2);
if (task) {
  const answer = await ask(task);
  if (!answer) {
    console.error(`the control workflow of ${task} does not run; \`regie apply\` starts it`);
    process.exitCode = 1;
  } else console.log(JSON.stringify(answer, null, 2));
} else {
  for await (const { scheduleId, memo, state } of client.schedule.list()) {
    if (memo?.[ownerMemo] === undefined) continue;
    const answer = await ask(scheduleId);
    if (!answer) {
      console.log(
        `${scheduleId}: ${state.paused ? 'stopped' : 'started'}, its control workflow does not run`,
      );
      continue;
    }
    const { lastRun, running, progress, by } = answer;
    const now = running ? (progress ?? 'running') : 'at rest';
    const last = lastRun ? `last run ${lastRun.outcome} at ${lastRun.at}` : 'never ran';
    console.log(`${scheduleId}: ${answer.state} by ${by}, ${now}, ${last}`);
  }
}
await close();
