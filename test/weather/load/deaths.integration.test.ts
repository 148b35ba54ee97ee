import { dice } from '../../support/killer/seed.ts';
import { handful } from '../../support/killer/sweep.ts';
import { grownDeaths, loaderDeaths } from './deaths.ts';

/** Some of what `deaths.crash.test.ts` does, in seconds. */
const seeded = dice(import.meta.filename);
loaderDeaths(seeded, handful(5), handful(2));
grownDeaths(seeded, handful(5));
