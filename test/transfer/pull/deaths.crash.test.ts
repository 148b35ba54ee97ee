import { dice } from '../../support/killer/seed.ts';
import { everyNth } from '../../support/killer/sweep.ts';
import { pullDeaths } from './deaths.ts';

pullDeaths(dice(import.meta.filename), everyNth(5), everyNth(10));
