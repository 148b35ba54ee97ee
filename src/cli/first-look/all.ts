import type { FirstLook, Where } from './first-look.ts';
import { lookAtExports } from './exports.ts';
import { lookAtLibrary } from './library.ts';
import { lookAtWeather } from './weather.ts';

/** What `regie up --sample` shows in a new installation, in this order; each gives nothing where there is nothing new. */
export const firstLooks: readonly ((where: Where) => Promise<FirstLook | undefined>)[] = [
  lookAtWeather,
  lookAtLibrary,
  lookAtExports,
];
