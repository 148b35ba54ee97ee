import { workflow01 as kind } from '../library/workflow/workflow-kind.ts';
import { activityOf } from './engine/work.ts';

/** Activity `workflow01`: records move by status bit (src/library/workflow/workflow.ts). */
export const workflow01 = activityOf(kind);
