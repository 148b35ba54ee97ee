import { dice } from '../../support/killer/seed.ts';
import { handful } from '../../support/killer/sweep.ts';
import { aggregatorDeaths } from './deaths.ts';

/** Some of what `deaths.crash.test.ts` does, in seconds. */
aggregatorDeaths(dice(import.meta.filename), handful(6));
