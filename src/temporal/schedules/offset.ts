import { createHash } from 'node:crypto';

/**
 * Where in its period a task ticks, milliseconds: a hash of its name, so that tasks with the same period do
 * not all fire at once. Whole seconds, as the schedule's nominal times are.
 */
export function offsetOf({ name, every }: { name: string; every: number }): number {
  const seconds = Math.max(1, Math.floor(every / 1000));
  return (createHash('sha256').update(name).digest().readUInt32BE(0) % seconds) * 1000;
}

/** The first tick after `now` (ms since 1970): ticks lie on a grid that starts at 1970. */
export function nextTick(task: { name: string; every: number }, now: number): Date {
  const offset = offsetOf(task);
  return new Date((Math.floor((now - offset) / task.every) + 1) * task.every + offset);
}
