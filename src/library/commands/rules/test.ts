import type { Task } from '../../../task/config.ts';
import { emptyCollection } from '../../empty/empty-collection-kind.ts';
import { ruleOf as emptyRule, type EmptySettings } from '../../empty/empty-collection-settings.ts';
import { recordMover } from '../../rules/record-mover-kind.ts';
import { rulesOf, type RulesOrBlock } from '../../rules/of-settings.ts';
import { rehearse, type Rehearsed } from '../../rules/rehearse-rules.ts';
import type { MoverSettings, Rule } from '../../rules/rule-settings.ts';
import { workflow01 } from '../../workflow/workflow-kind.ts';
import { ruleOf as workflowRule, type WorkflowSettings } from '../../workflow/workflow-settings.ts';
import { CliError, exit, UsageError } from '../../../command/exit.ts';
import type { Session } from '../../../command/session.ts';
import { table } from '../../../command/table.ts';
import { withDatabase } from '../../../command/with-database.ts';
import { librarySection } from '../../library-settings.ts';

/** Shows what the rules of a task would do now, one after the other, without doing it. */
export async function testRules(session: Session, name: string): Promise<void> {
  const [task, config] = await Promise.all([session.task(name), session.config()]);
  const found = declaredBy(task, config.root);
  if ('blockedBy' in found) throw new CliError(exit.failed, `${task.name} waits: ${found.blockedBy}.`);
  const { snapshot = false } = task.settings as Partial<MoverSettings>;
  const rules = await withDatabase(session, (db) =>
    rehearse(db, librarySection.of(config), found.rules, { snapshot }),
  );
  session.out.answer({ task: task.name, rules }, () => [show(rules), summary(rules)].join('\n\n'));
}

function declaredBy({ name, kind, settings }: Task, root: string): RulesOrBlock {
  const only = (rule: Rule): RulesOrBlock => ({ rules: [{ name: rule.name, rule }] });
  switch (kind.name) {
    case recordMover.name:
      return rulesOf(settings as MoverSettings, root);
    case workflow01.name:
      return only(workflowRule(settings as WorkflowSettings));
    case emptyCollection.name:
      return only(emptyRule(settings as EmptySettings));
    default:
      throw new UsageError(
        `${name} is of the kind ${kind.name}, which has no rules: expected a ${recordMover.name}, ${workflow01.name} or ${emptyCollection.name}.`,
      );
  }
}

function show(rules: readonly Rehearsed[]): string {
  return table(
    ['RULE', 'WOULD CHANGE', 'HOW', 'FIRST'],
    rules.map((rule) => {
      switch (rule.what) {
        case 'done':
          return [rule.name, String(rule.affected), how(rule), first(rule)];
        case 'inactive':
          return [rule.name, '-', 'not active', '-'];
        case 'disabled':
        case 'too-many':
          return [rule.name, '-', rule.what === 'disabled' ? 'disabled' : 'held back', rule.reason];
      }
    }),
    [1],
  );
}

const how = (rule: Extract<Rehearsed, { what: 'done' }>) =>
  (['moved', 'status', 'trashed', 'deleted'] as const)
    .flatMap((what) => (rule[what] > 0 ? `${rule[what]} ${what}` : []))
    .join(', ') || '-';

const first = ({ affected, first = [] }: Extract<Rehearsed, { what: 'done' }>) =>
  first.length === 0 ? '-' : `${first.join(' ')}${affected > first.length ? ' …' : ''}`;

function summary(rules: readonly Rehearsed[]): string {
  const refused = rules.filter(({ what }) => what === 'disabled' || what === 'too-many').length;
  return `Nothing was changed.${refused > 0 ? ` ${refused} of the rules would do nothing: see their reasons.` : ''}`;
}
