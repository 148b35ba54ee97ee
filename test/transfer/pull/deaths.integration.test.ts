import { dice } from '../../support/killer/seed.ts';
import { handful } from '../../support/killer/sweep.ts';
import { grownPullDeaths, pullDeaths } from './deaths.ts';

/** Some of what `deaths.crash.test.ts` does, in seconds. */
const seeded = dice(import.meta.filename);
pullDeaths(seeded, handful(5), handful(2));
grownPullDeaths(seeded, handful(5));
