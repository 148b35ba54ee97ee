import type { EngineActivities } from '../../workflows/activities.ts';
import { createConclude } from './conclude.ts';
import { createControl } from './control.ts';
import type { Engine } from './engine.ts';
import { createLook } from './look.ts';
import { createWatch } from './watch.ts';
import { createWork } from './work.ts';

export type { Engine } from './engine.ts';

/** The engine's activities, bound to a worker's client, database and configuration. */
export function createActivities(
  engine: Engine,
): EngineActivities & Record<string, (...args: never[]) => Promise<unknown>> {
  return {
    look: createLook(engine),
    work: createWork(engine),
    conclude: createConclude(engine),
    ...createControl(engine),
    watchSchedules: createWatch(engine),
  };
}
