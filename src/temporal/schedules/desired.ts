import {
  ScheduleOverlapPolicy,
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleSpec,
  type ScheduleSpecDescription,
} from '@temporalio/client';
import type { Task } from '../../task/config.ts';
import type { Calendar } from '../../task/calendar.ts';
import { attributesOf } from '../attributes.ts';
import { calendarMemo, hashMemo, ownerMemo, runId, scheduleId, taskQueue } from '../../task/names.ts';
import { calendarSpec, calendarText } from './calendar-spec.ts';
import { offsetOf } from './ticks.ts';

/** The schedule that a task of the configuration should have. Its arguments hold only the task's name: settings are those of the worker. */
export function desiredSchedule(task: Task, installation: string, calendar?: Calendar) {
  return {
    scheduleId: scheduleId(task.name),
    spec: calendar ? calendarSpec(calendar) : { intervals: [{ every: task.every, offset: offsetOf(task) }] },
    action: {
      type: 'startWorkflow',
      workflowType: task.kind.name,
      workflowId: runId(task.name),
      taskQueue,
      args: [task.name],
      memo: { [hashMemo]: task.hash, ...(calendar ? { [calendarMemo]: calendar } : {}) },
      typedSearchAttributes: attributesOf(task.name, task.kind.name),
      staticSummary: task.kind.summary,
    },
    policies: {
      // A run in progress makes ticks unnecessary: the next one sees the same work.
      overlap: ScheduleOverlapPolicy.SKIP,
      // After an outage one tick is enough; the server refuses less than 10 s. A calendar's ticks come no later than
      // the hours that they belong to are over: so far does its last tick reach.
      catchupWindow: Math.max(10_000, calendar ? calendar.everyMinutes * 60_000 : task.every),
    },
    memo: { [ownerMemo]: installation },
    typedSearchAttributes: attributesOf(task.name, task.kind.name),
  } satisfies ScheduleOptions;
}

type Desired = ReturnType<typeof desiredSchedule>;

/** What differs between a schedule and what it should be, in words: `every: 30s → 1m`. Empty when nothing does. */
export function differences(found: ScheduleDescription, wanted: Desired): string[] {
  const facts = (s: Facts): Record<string, unknown> => ({
    every: s.spec.intervals?.[0]?.every,
    offset: s.spec.intervals?.[0]?.offset ?? 0,
    'other ticks': Math.max(0, (s.spec.intervals?.length ?? 0) - 1),
    calendar: calendarText(s.spec),
    kind: s.action.workflowType,
    'run id': s.action.workflowId,
    'task queue': s.action.taskQueue,
    arguments: JSON.stringify(s.action.args ?? []),
    overlap: s.policies.overlap,
    'catch-up window': s.policies.catchupWindow,
    summary: s.action.staticSummary,
    settings: String(s.action.memo?.[hashMemo]).slice(0, 8),
  });
  const before = facts(found as unknown as Facts);
  const after = facts(wanted);
  return Object.keys(after)
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name}: ${text(name, before[name])} → ${text(name, after[name])}`);
}

/** The part of a schedule that descriptions and options have in common. */
interface Facts {
  spec: ScheduleSpec | ScheduleSpecDescription;
  action: {
    workflowType: string;
    workflowId: string;
    taskQueue: string;
    args?: unknown[];
    memo?: Record<string, unknown>;
    staticSummary?: string;
  };
  policies: { overlap: string; catchupWindow: number };
}

function text(name: string, value: unknown): string {
  if (typeof value === 'number' && ['every', 'offset', 'catch-up window'].includes(name))
    return `${value / 1000}s`;
  return value === undefined ? 'none' : String(value);
}
