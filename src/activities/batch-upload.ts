import { batchUpload as kind } from '../library/batch/batch-upload-kind.ts';
import { activityOf } from './engine/work.ts';

/** Activity `batchUpload`: batches with their manifest become records (src/library/batch/upload-batches.ts). */
export const batchUpload = activityOf(kind);
