import { createHash } from 'node:crypto';
import type { Config, Task } from '../../task/config.ts';
import { isTickOf, nextTickOf, type Calendar } from '../../task/calendar.ts';
import type { RunTrigger } from '../../task/kind.ts';
import type { RunTicket } from '../../task/messages.ts';

/**
 * Where in its period a task ticks, milliseconds: a hash of its name, so that tasks with the same period do
 * not all fire at once. Whole seconds, as the schedule's nominal times are.
 */
export function offsetOf({ name, every }: { name: string; every: number }): number {
  const seconds = Math.max(1, Math.floor(every / 1000));
  return (createHash('sha256').update(name).digest().readUInt32BE(0) % seconds) * 1000;
}

/** The calendar of a task whose kind has one. */
export async function calendarOf(config: Config, task: Task): Promise<Calendar | undefined> {
  return task.kind.calendar?.({ task: task.name, settings: task.settings, config });
}

/** The first tick after `now` (ms since 1970), undefined when none comes; of tasks with a period, ticks lie on a grid that starts at 1970. */
export async function nextTick(config: Config, task: Task, now: number): Promise<Date | undefined> {
  const calendar = await calendarOf(config, task);
  if (calendar) return nextTickOf(calendar, now);
  const offset = offsetOf(task);
  return new Date((Math.floor((now - offset) / task.every) + 1) * task.every + offset);
}

/** Did a tick of the schedule start this run, not a trigger? Its nominal time lies where the schedule's ticks do. */
export function isTick(task: Task, { nominal, calendar }: RunTicket): boolean {
  const at = new Date(nominal);
  return calendar ? isTickOf(calendar, at) : (at.getTime() - offsetOf(task)) % task.every === 0;
}

/** When and how a run came to be, as domains are told. */
export function triggerOf({ nominal, started, calendar }: RunTicket): RunTrigger {
  const at = new Date(nominal);
  return {
    nominal: at,
    ...(started === undefined ? {} : { started: new Date(started) }),
    ...(calendar && isTickOf(calendar, at) ? { tickOf: calendar } : {}),
  };
}
