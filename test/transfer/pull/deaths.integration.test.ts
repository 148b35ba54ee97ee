import { dice } from '../../support/killer/seed.ts';
import { handful } from '../../support/killer/sweep.ts';
import { pullDeaths } from './deaths.ts';

/** Some of what `deaths.crash.test.ts` does, in seconds. */
pullDeaths(dice(import.meta.filename), handful(5), handful(2));
