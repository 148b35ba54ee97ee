import { exportKind as kind } from '../exports/export-kind.ts';
import { activityOf } from './engine/work.ts';

/** Activity `export`: a file that is owed is made, checked and delivered (src/exports/run/run-periods.ts). */
export const exportKind = activityOf(kind);
