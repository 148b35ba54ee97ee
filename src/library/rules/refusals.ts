import type { ClientBase } from 'pg';
import type { Attention } from '../../task/status.ts';
import type { Refusal } from './rule-outcome.ts';

/**
 * Writes down which rules of a task wait for somebody, and since when; those of other rules, `but` the ones that the run
 * did not come to, are forgotten.
 */
export async function writeRefusals(
  db: ClientBase,
  task: string,
  refusals: readonly Refusal[],
  but: readonly string[] = [],
): Promise<void> {
  await db.query(
    'delete from library.rule_refusal where task = $1 and rule <> all($2::text[]) and rule <> all($3::text[])',
    [task, refusals.map(({ name }) => name), but],
  );
  await db.query(
    `insert into library.rule_refusal as r (task, rule, what, reason)
     select $1, name, what, reason from jsonb_to_recordset($2) as x(name text, what text, reason text)
     on conflict (task, rule) do update set at = now(), what = excluded.what, reason = excluded.reason
     where (r.what, r.reason) <> (excluded.what, excluded.reason)`,
    [task, JSON.stringify(refusals)],
  );
}

interface Row extends Refusal {
  at: Date;
}

/** The rules of a task that wait for somebody, as its last run found them; newest first. */
export async function readRefusals(db: ClientBase, task: string): Promise<Row[]> {
  const { rows } = await db.query<Row>(
    'select rule as name, at, what, reason from library.rule_refusal where task = $1 order by at desc, rule',
    [task],
  );
  return rows;
}

/** How many are named. */
const NAMED = 5;

/** What an operator has to look at: rules that do nothing until their settings are mended. */
export async function attention(db: ClientBase, task: string): Promise<Attention> {
  const rows = await readRefusals(db, task);
  return {
    count: rows.length,
    latest: rows.slice(0, NAMED).map(({ name, at, what, reason }) => ({
      at: at.toISOString(),
      text: `rule ${JSON.stringify(name)} ${what === 'disabled' ? 'is disabled' : 'is held back'}: ${reason}`,
    })),
    ...(rows.length > 0 && { how: `regie rules test ${task}` }),
  };
}
