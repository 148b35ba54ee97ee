import { dice } from '../../support/killer/seed.ts';
import { handful } from '../../support/killer/sweep.ts';
import { moverDeaths } from './deaths.ts';

/** Some of what `kill-9.crash.test.ts` does, in seconds. */
moverDeaths(dice(import.meta.filename), handful(4));
