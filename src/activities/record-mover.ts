import { recordMover as kind } from '../library/rules/record-mover-kind.ts';
import { activityOf } from './engine/work.ts';

/** Activity `recordMover`: records are moved, marked, trashed or deleted by rules (src/library/rules/mover.ts). */
export const recordMover = activityOf(kind);
