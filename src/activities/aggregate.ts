import { aggregate as kind } from '../weather/aggregate/aggregate-kind.ts';
import { activityOf } from './engine/work.ts';

/** Activity `aggregate`: hours, days, months and years of what was loaded (src/weather/aggregate/run-aggregate.ts). */
export const aggregate = activityOf(kind);
