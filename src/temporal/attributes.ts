import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { kindAttribute, taskAttribute } from '../task/names.ts';

const task = defineSearchAttributeKey(taskAttribute, SearchAttributeType.KEYWORD);
const kind = defineSearchAttributeKey(kindAttribute, SearchAttributeType.KEYWORD);

/** `RegieTask` and `RegieKind`, on every control and run workflow, and on schedules. */
export function attributesOf(taskName: string, kindName: string): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: task, value: taskName },
    { key: kind, value: kindName },
  ]);
}
