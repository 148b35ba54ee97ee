import { dice } from '../../support/killer/seed.ts';
import { everyNth } from '../../support/killer/sweep.ts';
import { grownPullDeaths, pullDeaths } from './deaths.ts';

const seeded = dice(import.meta.filename);
pullDeaths(seeded, everyNth(5), everyNth(10));
grownPullDeaths(seeded, everyNth(5));
