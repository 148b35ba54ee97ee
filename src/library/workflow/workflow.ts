import type { Look, Report, TaskContext, WorkContext } from '../../task/kind.ts';
import { lookAtRule, runRule } from '../rules/single.ts';
import { ruleOf, type WorkflowSettings } from './settings.ts';

/** Is there a record to move or to mark? */
export async function look(ctx: TaskContext<WorkflowSettings>): Promise<Look> {
  return lookAtRule(ctx, ruleOf(ctx.settings));
}

/** Moves records from the source to the destination, from the source bit to the final one (spec/library.md, workflow01). */
export async function work(ctx: WorkContext<WorkflowSettings>): Promise<Report> {
  return runRule(ctx, ruleOf(ctx.settings), ctx.settings.batch);
}
