/**
 * Stops a task from outside. The run in progress ends at its next safe point.
 *
 *   npx tsx scripts/stop.ts svcLoadJson "cleaning the disk"
 *
 * A *signal* is left with the server and acted on by the worker: at once when there is one, else as soon as
 * there is. It has no answer, so the schedule is looked at afterwards: its paused state is the truth. Where the
 * control workflow does not run (somebody has ended it) nobody would take the signal: then the schedule is paused here.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, controlId, scheduleId, stop, WorkflowNotFoundError, writeNote } from 'regie/client';

const [task, reason] = process.argv.slice(2);
if (!task) throw new Error('usage: stop.ts <task> [reason]');

const { client, close } = await connect();

const control = client.workflow.getHandle(controlId(task));
const schedule = client.schedule.getHandle(scheduleId(task));

try {
  await control.signal(stop, { reason, by: 'stop.ts' });
} catch (error) {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
  // In the form of Regie's own notes: status reads who and why out of it.
  await schedule.pause(writeNote('stopped', 'stop.ts', reason));
}

for (;;) {
  const { state, info } = await schedule.describe();
  if (state.paused) {
    const running = info.runningActions.length > 0;
    console.log(`${task} is stopped; ${state.note}${running ? '; its run is ending' : ''}`);
    break;
  }
  await sleep(200);
}
await close();
