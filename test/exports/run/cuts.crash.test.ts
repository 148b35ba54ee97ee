import { dice } from '../../support/killer/seed.ts';
import { everyNth } from '../../support/killer/sweep.ts';
import { exportDeaths } from './deaths.ts';

/** A run that dies at each of its moments. */
exportDeaths(dice(import.meta.filename), everyNth(1));
