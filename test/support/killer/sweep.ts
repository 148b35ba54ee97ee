import type { Random } from '../../../src/sampling/random.ts';
import { Killer, type Moments } from './killer.ts';

/** Which of so many moments a run is killed at; the first is 1. */
export type Choice = (moments: number, random: Random) => number[];

/** Every `stride`-th, others each time; all of them with REGIE_TEST_EVERY_STEP. */
export const everyNth =
  (stride: number): Choice =>
  (moments, random) => {
    const step = process.env['REGIE_TEST_EVERY_STEP'] ? 1 : stride;
    const first = 1 + Math.floor(random() * step);
    return Array.from({ length: Math.ceil((moments - first + 1) / step) }, (_, n) => first + n * step);
  };

/** A few, from the beginning to the end. */
export const handful =
  (count: number): Choice =>
  (moments, random) =>
    Array.from({ length: count }, (_, n) => 1 + Math.floor(((n + random()) * moments) / count));

/** Work that is killed, and what must hold afterwards. */
export interface Mortal {
  /** Runs it once; arms the killer when it begins: its session is open. */
  run(killer: Killer, at: number): Promise<unknown>;
  /** Makes everything as it was at first. */
  reset(at: number): Promise<void>;
  /** Recovers, and fails unless all is as if nothing had happened. */
  recover(at: number): Promise<void>;
  /** Its runs are not all alike: one may end before it comes to so many moments. */
  wavers?: boolean;
}

/**
 * Runs it undisturbed, and gives how many moments it could have died at. Fails when there are fewer than are known to
 * be: then the instrument does not see what the run does.
 */
export async function rehearse(
  run: (killer: Killer) => Promise<unknown>,
  atLeast: Partial<Moments>,
): Promise<number> {
  const killer = new Killer();
  try {
    await run(killer);
  } finally {
    killer.disarm();
  }
  expectAtLeast(killer.moments, atLeast);
  return killer.count;
}

function expectAtLeast(moments: Moments, atLeast: Partial<Moments>): void {
  for (const [kind, least] of Object.entries(atLeast) as [keyof Moments, number][])
    if (moments[kind] < least)
      throw new Error(
        `the killer saw ${moments[kind]} moments (${kind}) of an undisturbed run, expected at least ${least}: ` +
          'does it go by functions that are not watched?',
      );
}

/** Kills it at each of these moments, one after the other. The message of a failure says at what. */
export async function sweep(mortal: Mortal, chosen: readonly number[], moments: number): Promise<void> {
  let survived = 0;
  for (const at of chosen) {
    await mortal.reset(at);
    const death = await killAt(mortal, at);
    if (death === undefined) survived += 1;
    await named(`killed at moment ${at} of ${moments}, ${death}`, () => mortal.recover(at));
  }
  if (survived > (mortal.wavers ? chosen.length / 4 : 0))
    throw new Error(`${survived} of ${chosen.length} runs ended before they could be killed`);
}

/**
 * Runs it until it dies; gives at what. One that has ended before (its moments are not always as many) is given as
 * `undefined`.
 */
export async function killAt(mortal: Pick<Mortal, 'run'>, at: number): Promise<string | undefined> {
  const killer = new Killer(at);
  try {
    await mortal.run(killer, at);
  } catch (error) {
    if (killer.death === undefined) throw error;
  } finally {
    killer.disarm();
  }
  return killer.death;
}

/** What goes wrong in it tells of this, too. */
export async function named<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error) error.message = `${what}: ${error.message}`;
    throw error;
  }
}
