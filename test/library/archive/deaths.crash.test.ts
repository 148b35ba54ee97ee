import { dice } from '../../support/killer/seed.ts';
import { everyNth } from '../../support/killer/sweep.ts';
import { archiverDeaths } from './deaths.ts';

archiverDeaths(dice(import.meta.filename), everyNth(3));
