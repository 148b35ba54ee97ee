import { loadJson as kind } from '../weather/load/load-json-kind.ts';
import { activityOf } from './engine/work.ts';

/** Activity `loadJson`: what stations sent goes into the database (src/weather/load/load-run.ts). */
export const loadJson = activityOf(kind);
