import { dice } from '../../support/killer/seed.ts';
import { everyNth } from '../../support/killer/sweep.ts';
import { grownDeaths, loaderDeaths } from './deaths.ts';

const seeded = dice(import.meta.filename);
loaderDeaths(seeded, everyNth(5), everyNth(20));
grownDeaths(seeded, everyNth(3));
