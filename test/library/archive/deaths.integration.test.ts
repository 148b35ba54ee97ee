import { dice } from '../../support/killer/seed.ts';
import { handful } from '../../support/killer/sweep.ts';
import { archiverDeaths, returnDeaths } from './deaths.ts';

/** Some of what `deaths.crash.test.ts` does, in seconds. */
archiverDeaths(dice(import.meta.filename), handful(5));
returnDeaths(dice(import.meta.filename), handful(3));
