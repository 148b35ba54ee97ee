import { dice } from '../../support/killer/seed.ts';
import { everyNth } from '../../support/killer/sweep.ts';
import { batchDeaths } from './deaths.ts';

batchDeaths(dice(import.meta.filename), everyNth(3));
