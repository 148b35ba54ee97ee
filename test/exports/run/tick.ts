import { described } from '../../../src/exports/described.ts';
import { runExport } from '../../../src/exports/run/run-periods.ts';
import type { ExportSettings } from '../../../src/exports/export-settings.ts';
import { targetSchema } from '../../../src/exports/api/target.ts';
import { calendarOf } from '../../../src/exports/period.ts';
import type { Report, TaskContext } from '../../../src/task/kind.ts';
import type { RunOptions } from '../../../src/task/status.ts';

/** When and how a run comes to be. */
export interface Times {
  /** When it is, ISO; the nominal time of the tick too, when left out. */
  now: string;
  nominal?: string;
  /** When the server started the run; `nominal` when left out. */
  started?: string;
  /** A trigger of the schedule, not a tick. */
  trigger?: boolean;
  options?: RunOptions;
  run?: string;
  signal?: AbortSignal;
  /** Of the schedule, where the module cannot tell it any more. */
  zone?: string;
  /** The operator has stopped the task, when the run was cancelled. */
  stopped?: boolean;
}

let runs = 0;

/** Runs an export as the engine would at that time. */
export async function tick(context: TaskContext<ExportSettings>, times: Times): Promise<Report> {
  const { now, nominal = now, started = nominal, trigger, options = {}, stopped = false } = times;
  const signal = times.signal ?? new AbortController().signal;
  const tickOf = times.zone
    ? calendarOf(targetSchema.parse({ timezone: times.zone }))
    : calendarOf((await described(context)).target);
  return runExport(
    {
      ...context,
      run: times.run ?? `run/${context.task}-${++runs}`,
      nominal: new Date(nominal),
      started: new Date(started),
      ...(trigger ? {} : { tickOf }),
      options,
      signal,
      progress: () => undefined,
      trace: () => undefined,
      traced: false,
      changed: () => undefined,
      incident: async () => undefined,
      resolved: async () => undefined,
      shouldStop: () => Promise.resolve(stopped && signal.aborted),
    },
    () => Date.parse(now),
  );
}
