import type { Look, Report, TaskContext, WorkContext } from '../../task/kind.ts';
import { lookAtRule, runRule } from '../rules/single.ts';
import { ruleOf, type EmptySettings } from './settings.ts';

/** There is work as long as the task is started: where no record is left it has to end. */
export async function look(ctx: TaskContext<EmptySettings>): Promise<Look> {
  const { needs } = await lookAtRule(ctx, ruleOf(ctx.settings));
  return needs === undefined ? { work: true } : { work: false, needs };
}

/** Puts all records of a collection into the trash, then ends for good (spec/library.md, empty-collection). */
export async function empty(ctx: WorkContext<EmptySettings>): Promise<Report> {
  const { databox, collection, batch } = ctx.settings;
  const report = await runRule(ctx, ruleOf(ctx.settings), batch);
  if (ctx.options.tmp || report.outcome === 'waiting' || report.outcome === 'stopped') return report;
  // One that came in while the others went is for the next run.
  const { work } = await lookAtRule(ctx, ruleOf(ctx.settings));
  return work ? report : { ...report, end: `collection ${collection} of databox ${databox} is empty` };
}
