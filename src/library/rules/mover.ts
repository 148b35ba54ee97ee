import type { Poll, Report, TaskContext, WorkContext } from '../../task/kind.ts';
import { syncLibrary } from '../model/sync.ts';
import { findWork } from './find-work.ts';
import { rulesOf } from './of-settings.ts';
import { readRefusals } from './refusals.ts';
import { resolveRules } from './resolve-rules.ts';
import { runRules } from './run-rules.ts';
import type { MoverSettings } from './rule-settings.ts';
import { librarySection } from '../library-settings.ts';

/** Would a rule change a record, or has a rule become one that cannot be carried out, or ceased to be? */
export async function poll({ db, config, settings, task }: TaskContext<MoverSettings>): Promise<Poll> {
  const found = rulesOf(settings, config.root);
  if ('blockedBy' in found) return { work: false, blockedBy: found.blockedBy };
  await syncLibrary(db, librarySection.of(config));
  const rules = await resolveRules(db, found.rules);
  const disabled = rules.flatMap((each) => (each.state === 'disabled' ? `${each.name}: ${each.reason}` : []));
  const told = (await readRefusals(db, task)).flatMap(({ name, what, reason }) =>
    what === 'disabled' ? `${name}: ${reason}` : [],
  );
  const refusalsChanged = disabled.length !== told.length || disabled.some((each) => !told.includes(each));
  return { work: refusalsChanged || (await findWork(db, rules)) };
}

/** Carries out the rules of the settings, in order (docs/library.md). */
export async function move(ctx: WorkContext<MoverSettings>): Promise<Report> {
  const found = rulesOf(ctx.settings, ctx.config.root);
  if ('blockedBy' in found) return { outcome: 'waiting', counts: {}, changed: false, note: found.blockedBy };
  return runRules(ctx, found.rules, ctx.settings);
}
