import { dice } from '../../support/killer/seed.ts';
import { handful } from '../../support/killer/sweep.ts';
import { batchDeaths } from './deaths.ts';

/** Some of what `deaths.crash.test.ts` does, in seconds. */
batchDeaths(dice(import.meta.filename), handful(3));
