import { dice } from '../../support/killer/seed.ts';
import { handful } from '../../support/killer/sweep.ts';
import { exportDeaths } from './deaths.ts';

/** Some of what `cuts.crash.test.ts` does, in seconds. */
exportDeaths(dice(import.meta.filename), handful(3));
