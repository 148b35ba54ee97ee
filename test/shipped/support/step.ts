import { test } from 'vitest';
import { titles, type Place } from '../places.ts';
import type { Missing } from '../../transfer/support/debian-packages.ts';
import type { Running } from './running.ts';

/** Places whose tests ended well, or could not be run here. */
export const passed = new Set<Place>();

/** The running program; the tests begin when it is up. */
export const at = {} as Running;

/** `npm test` touches each group of commands; to run each of them takes another minute. */
export const everyCommand = process.env['REGIE_TEST_TIER'] === 'crash';
/** Tests of nothing but commands. */
const ofCommands: readonly Place[] = ['weatherCommands', 'library', 'decisions'];

/** One test of the running program; it throws `NotHere` with a word where its server is not to be had. */
export function step(place: Place, work: () => Promise<void>): void {
  test.skipIf(ofCommands.includes(place) && !everyCommand)(
    // oxlint-disable-next-line vitest/valid-title -- it is looked up by the table of places
    titles[place],
    async ({ skip }) => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof NotHere)) throw error;
        passed.add(place);
        console.log(`not tested: ${titles[place]}: ${error.message}`);
        skip(error.message);
      }
      passed.add(place);
    },
    180_000,
  );
}

class NotHere extends Error {}

/** A server that is here. */
export function here<T extends object>(server: T | Missing): T {
  if ('missing' in server) throw new NotHere(server.missing);
  return server;
}
