import { aggregate as kind } from '../weather/aggregate/kind.ts';
import { activityOf } from './engine/work.ts';

/** Activity `aggregate`: hours, days, months and years of what was loaded (src/weather/aggregate/aggregate.ts). */
export const aggregate = activityOf(kind);
