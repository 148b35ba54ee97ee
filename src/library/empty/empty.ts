import type { Poll, Report, TaskContext, WorkContext } from '../../task/kind.ts';
import { pollRule, runRule } from '../rules/single.ts';
import { ruleOf, type EmptySettings } from './empty-collection-settings.ts';

/** There is work as long as the task is started: where no record is left it has to end. */
export async function poll(ctx: TaskContext<EmptySettings>): Promise<Poll> {
  const { blockedBy } = await pollRule(ctx, ruleOf(ctx.settings));
  return blockedBy === undefined ? { work: true } : { work: false, blockedBy };
}

/** Puts all records of a collection into the trash, then ends for good (docs/library.md). */
export async function empty(ctx: WorkContext<EmptySettings>): Promise<Report> {
  const { databox, collection, batch } = ctx.settings;
  const report = await runRule(ctx, ruleOf(ctx.settings), batch);
  if (ctx.options.tmp || report.outcome === 'waiting' || report.outcome === 'stopped') return report;
  // One that came in while the others went is for the next run.
  const { work } = await pollRule(ctx, ruleOf(ctx.settings));
  return work ? report : { ...report, end: `collection ${collection} of databox ${databox} is empty` };
}
