import type { Task } from '../../task/config.ts';
import { byWhom } from '../../task/by-whom.ts';
import { readTask } from '../../store/tasks.ts';
import { signalControl } from '../../temporal/control-workflows.ts';
import { scheduleId, signals } from '../../task/names.ts';
import { readNote, writeNote } from '../../temporal/note.ts';
import { readSchedule } from '../../temporal/schedules/read-schedule.ts';
import type { Engine } from './engine.ts';
import { recordSchedule, writeLog } from './state.ts';

/** Who stopped a task that ended: status then reads "stopped by itself: …". */
const itself = 'itself';

/**
 * Stops a task that has done all it ever will (`Report.end`): its schedule is paused, as by an operator's `stop`, so
 * that `apply` leaves it so and `start` begins anew. One that an operator has stopped meanwhile keeps the operator's
 * words. May be repeated.
 */
export async function endTask(engine: Engine, task: Task, reason: string): Promise<void> {
  const { client, pool } = engine;
  const known = await readTask(pool, task.name, task.kind.name);
  const { paused, note } = await readSchedule(client, task.name, known);
  // A task that is only held would go on when the scheduler does.
  if (!paused || readNote(note).held) {
    const becomes = { paused: true, note: writeNote('stopped', itself, reason) };
    // The row first, as with `stop`: a request that waits in the schedule's buffer must find it stopped.
    await recordSchedule(pool, task, becomes);
    await client.schedule.getHandle(scheduleId(task.name)).pause(becomes.note);
    await writeLog(pool, task.name, `stopped ${byWhom({ by: itself, reason })}`);
  }
  await signalControl(client, task, signals.refresh);
}
