import { dice } from '../../support/killer/seed.ts';
import { everyNth } from '../../support/killer/sweep.ts';
import { loaderDeaths } from './deaths.ts';

loaderDeaths(dice(import.meta.filename), everyNth(5), everyNth(20));
