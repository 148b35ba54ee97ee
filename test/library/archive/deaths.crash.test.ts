import { dice } from '../../support/killer/seed.ts';
import { everyNth } from '../../support/killer/sweep.ts';
import { archiverDeaths, returnDeaths } from './deaths.ts';

archiverDeaths(dice(import.meta.filename), everyNth(3));
returnDeaths(dice(import.meta.filename), everyNth(3));
