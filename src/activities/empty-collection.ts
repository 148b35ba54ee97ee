import { emptyCollection as kind } from '../library/empty/empty-collection-kind.ts';
import { activityOf } from './engine/work.ts';

/** Activity `emptyCollection`: the records of a collection go into the trash, once (src/library/empty/empty.ts). */
export const emptyCollection = activityOf(kind);
