/**
 * Names and ids on which outside tools rely: schedules, scripts and the `temporal` command. No imports: workflow code uses them too.
 */
export const taskQueue = 'regie';
export const watchId = 'regie/watch';

/** Schedule of a task: the task's own name, so that `temporal schedule toggle --schedule-id svcLoadJson` reads well. */
export const scheduleId = (task: string) => task;
export const controlId = (task: string) => `task/${task}`;
/** The server adds `-<nominal time>`. */
export const runId = (task: string) => `run/${task}`;

/** Types of the two workflows of the engine; every other type is a kind's run. */
export const controlType = 'task';
export const watchType = 'watch';

export const commands = ['start', 'stop', 'run', 'trace', 'notrace'] as const;
export type Command = (typeof commands)[number];

/** Signals between the engine's own parts. */
export const signals = {
  /** A run tells how far it is. */
  progress: 'regie/progress',
  /** A run tells what it did. */
  report: 'regie/report',
  /** Somebody changed the schedule: look at it. */
  refresh: 'regie/refresh',
  /** The task left the configuration: end. */
  end: 'regie/end',
} as const;

export const queries = { status: 'status', log: 'log' } as const;

/** Search attributes on every control and run workflow, and on schedules. */
export const taskAttribute = 'RegieTask';
export const kindAttribute = 'RegieKind';

/** Memo key of a schedule: the installation that owns it. */
export const ownerMemo = 'regieInstallation';
/** Memo key of a schedule's action: hash of the task's configuration (a schedule's own memo cannot be changed). */
export const hashMemo = 'regieConfig';
/** Memo key of a schedule's action: the calendar of the ticks, for tasks that have one. */
export const calendarMemo = 'regieCalendar';

/** Note of a schedule paused by `regie scheduler stop`. */
export const heldNote = 'regie: held';

/** Types of the engine's own workflows and activities: no kind may be called so. */
export const engineWorkflows = [controlType, watchType] as const;
export const engineActivities = ['poll', 'conclude', 'inspect', 'command', 'watchSchedules'] as const;
