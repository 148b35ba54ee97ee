import { setTimeout } from 'node:timers/promises';
import type { GroupContext } from './archive-group.ts';
import type { PlanContext } from './plan.ts';

/** Where an archive task takes files from, and what they go into. */
export type ArchiveContext = GroupContext & PlanContext;

/** The longest that a run waits until files have been the same for long enough; else the next one takes them. */
export const LONGEST_WAIT = 15_000;

/** Timers may fire a little early, and the look before ended a moment ago. */
const MARGIN = 50;

/** Waits until what has just been seen is `stableFor` ms old. Throws the signal's reason when it is aborted meanwhile. */
export async function waitFor(stableFor: number, signal: AbortSignal): Promise<void> {
  await setTimeout(stableFor + MARGIN, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
}
