import type { Poll, Report, TaskContext, WorkContext } from '../../task/kind.ts';
import { pollRule, runRule } from '../rules/single.ts';
import { ruleOf, type WorkflowSettings } from './workflow-settings.ts';

/** Is there a record to move or to mark? */
export async function poll(ctx: TaskContext<WorkflowSettings>): Promise<Poll> {
  return pollRule(ctx, ruleOf(ctx.settings));
}

/** Moves records from the source to the destination, from the source bit to the final one (docs/library.md). */
export async function work(ctx: WorkContext<WorkflowSettings>): Promise<Report> {
  return runRule(ctx, ruleOf(ctx.settings), ctx.settings.batch);
}
