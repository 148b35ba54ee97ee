import type { Poll, Report, TaskContext, WorkContext } from '../../task/kind.ts';
import { syncLibrary } from '../model/sync.ts';
import type { Declared } from './declared.ts';
import { findWork } from './find-work.ts';
import { resolveRules } from './resolve-rules.ts';
import { runRules } from './run-rules.ts';
import type { Rule } from './rule-settings.ts';
import { librarySection } from '../library-settings.ts';

/** Is there a record for a task that consists of one rule? Without the collections that it names it waits for them. */
export async function pollRule({ db, config }: TaskContext<unknown>, rule: Rule): Promise<Poll> {
  await syncLibrary(db, librarySection.of(config));
  const rules = await resolveRules(db, [declared(rule)]);
  const [only] = rules;
  if (only?.state === 'disabled') return { work: false, blockedBy: only.reason };
  return { work: await findWork(db, rules) };
}

/** Carries out the only rule of a task. */
export async function runRule(ctx: WorkContext<unknown>, rule: Rule, batch: number): Promise<Report> {
  const report = await runRules(ctx, [declared(rule)], { snapshot: false, batch });
  const { refused, ...counts } = report.counts;
  return refused ? { ...report, outcome: 'waiting', counts } : report;
}

const declared = (rule: Rule): Declared => ({ name: rule.name, rule });
