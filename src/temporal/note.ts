import { heldNote } from '../task/names.ts';

/** Who changed a schedule, and why, as read from its note. */
export interface NoteContent {
  by: string;
  reason?: string;
  held?: boolean;
  /** When, ISO UTC; only a change made without a worker carries it, because no row in the database does. */
  at?: string;
}

const pattern = /^regie: (?:stopped|started) by (\S+)(?: at (\S+Z))?(?:: (.*))?$/s;

/** The note that Regie leaves on a schedule: the schedule itself then tells who stopped it, even with no worker. */
export function writeNote(verb: 'stopped' | 'started', by: string, reason?: string, at?: Date): string {
  return `regie: ${verb} by ${by.replace(/\s+/g, '_')}${at ? ` at ${at.toISOString()}` : ''}${reason ? `: ${reason}` : ''}`;
}

/** Reads a note; one that Regie did not write is somebody's own words to `temporal` or the Web UI. */
export function readNote(note: string): NoteContent {
  if (note === heldNote) return { by: 'regie scheduler', reason: 'the scheduler is stopped', held: true };
  const match = pattern.exec(note);
  if (!match) return { by: note ? `schedule: ${note}` : 'schedule' };
  return {
    by: match[1] ?? '',
    ...(match[2] ? { at: match[2] } : {}),
    ...(match[3] ? { reason: match[3] } : {}),
  };
}
