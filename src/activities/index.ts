import type { EngineActivities } from '../task/engine-activities.ts';
import type { RunResult, RunTicket } from '../task/messages.ts';
import { aggregate } from './aggregate.ts';
import { archive } from './archive.ts';
import { batchUpload } from './batch-upload.ts';
import { emptyCollection } from './empty-collection.ts';
import { createConclude } from './engine/conclude.ts';
import { createControl } from './engine/control.ts';
import type { Engine } from './engine/engine.ts';
import { createPoll } from './engine/poll.ts';
import { createWatch } from './engine/watch-schedules.ts';
import { activityOf, type TaskActivity } from './engine/work.ts';
import { exportKind } from './export.ts';
import { ftpPull } from './ftp-pull.ts';
import { loadJson } from './load-json.ts';
import { recordMover } from './record-mover.ts';
import { workflow01 } from './workflow01.ts';

/** The activities of the built-in kinds, each under its kind's name: so histories and the Web UI read by themselves. */
export const builtInActivities: Readonly<Record<string, TaskActivity>> = {
  aggregate,
  archive,
  batchUpload,
  emptyCollection,
  export: exportKind,
  ftpPull,
  loadJson,
  recordMover,
  workflow01,
};

/** All activities of a worker, bound to its client, database and configuration: the engine's, and one for each kind. */
export function createActivities(
  engine: Engine,
): EngineActivities & Record<string, (...args: never[]) => Promise<unknown>> {
  return {
    ...taskActivities(engine),
    poll: createPoll(engine),
    conclude: createConclude(engine),
    ...createControl(engine),
    watchSchedules: createWatch(engine),
  };
}

/** Here kinds and activities meet: a kind of the installation's own gets its activity as the built-in ones do. */
function taskActivities(engine: Engine): Record<string, (ticket: RunTicket) => Promise<RunResult>> {
  const all = new Map(Object.entries(builtInActivities));
  for (const { kind } of engine.config.tasks) if (!all.has(kind.name)) all.set(kind.name, activityOf(kind));
  return Object.fromEntries([...all].map(([name, activity]) => [name, activity(engine)]));
}
