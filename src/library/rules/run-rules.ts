import type { Report, WorkContext } from '../../task/kind.ts';
import { syncLibrary } from '../model/sync.ts';
import { carryOut, type Manner } from './carry-out.ts';
import type { Declared } from './declared.ts';
import { describe, refusalsOf, sumOf, type RuleOutcome } from './rule-outcome.ts';
import { writeRefusals } from './refusals.ts';
import { rehearse } from './rehearse-rules.ts';
import { resolveRules } from './resolve-rules.ts';
import { librarySection } from '../library-settings.ts';

/** What a run says of its rules, at most; it travels with the run's report. */
const NOTE = 2_000;

/**
 * Carries out a task's rules and reports: the counts of all together, in the note those of each. With `options.tmp`
 * nothing is changed, and the counts are what would be. Throws what the database throws.
 */
export async function runRules(
  ctx: WorkContext<unknown>,
  declared: readonly Declared[],
  manner: Manner,
): Promise<Report> {
  if (ctx.options.tmp) {
    ctx.progress({ step: 'rehearsing the rules' });
    const outcomes = await rehearse(ctx.db, librarySection.of(ctx.config), declared, manner);
    const report = reportOf(outcomes);
    return {
      ...report,
      changed: false,
      note: `a rehearsal, which changed nothing: ${report.note ?? 'no record'}`,
    };
  }
  await syncLibrary(ctx.db, librarySection.of(ctx.config));
  const rules = await resolveRules(ctx.db, declared);
  const { outcomes, stopped } = await carryOut(ctx, rules, manner);
  const ahead = rules.slice(outcomes.length).map(({ name }) => name);
  await writeRefusals(ctx.db, ctx.task, refusalsOf(outcomes), ahead);
  const report = reportOf(outcomes);
  return stopped ? { ...report, outcome: 'stopped' } : report;
}

function reportOf(outcomes: readonly RuleOutcome[]): Report {
  const counts = sumOf(outcomes);
  const refused = refusalsOf(outcomes).length;
  const note = describe(outcomes);
  return {
    outcome: counts.affected > 0 ? 'done' : 'idle',
    counts: { ...counts, ...(refused > 0 && { refused }) },
    changed: counts.affected > 0,
    ...(note !== '' && { note: note.length > NOTE ? `${note.slice(0, NOTE - 1)}…` : note }),
  };
}
