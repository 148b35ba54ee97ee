import { batchUpload as kind } from '../library/batch/kind.ts';
import { activityOf } from './engine/work.ts';

/** Activity `batchUpload`: batches with their manifest become records (src/library/batch/upload.ts). */
export const batchUpload = activityOf(kind);
