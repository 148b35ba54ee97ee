import type { ClientBase } from 'pg';
import { inTransaction } from '../../store/transaction.ts';
import type { RuleOutcome } from './rule-outcome.ts';
import type { ReadyRule } from './resolve-rules.ts';
import { inBatches, occurringFor, selectIds } from './select.ts';
import { Parameters } from './where.ts';

/** Whose run it is, and with which rules. */
export interface RunKey {
  task: string;
  /** Names the run, for events. */
  run: string;
  /** The same only when the run is tried again after a crash. */
  runId: string;
  /** A hash of the rules. */
  rules: string;
}

/** How far a run is. */
export interface Progress {
  /** The moment with which all its dates are compared. */
  now: Date;
  /** The rule that is due, an index. */
  due: number;
  /** Are its records selected? */
  selected: boolean;
  /** Of the rules up to the one that is due, which may be in the midst of it. */
  done: RuleOutcome[];
  /** Of records whose deletion is committed: still to be released. Hexadecimal hashes. */
  originals: string[];
}

/** Records that are selected for one rule. */
export interface Selected {
  records: number;
  batches: number;
}

/** Which rules select their records before the first one acts, by their index; and how many records a batch may have. */
export interface SelectionPlan {
  early: readonly (readonly [index: number, rule: ReadyRule])[];
  size: number;
}

/**
 * Opens a run, or goes on with it where a killed worker was: same run, same rules. Otherwise what an earlier run has
 * left behind is forgotten, and the selections that come before the first rule are taken, in one picture of the database.
 */
export async function openRun(db: ClientBase, key: RunKey, plan: SelectionPlan): Promise<Progress> {
  return inTransaction(db, async () => {
    await db.query('set transaction isolation level repeatable read');
    const { rows } = await db.query<Progress & Pick<RunKey, 'run' | 'rules'>>(
      'select run, rules, now, due, selected, done, originals from library.rule_run where task = $1',
      [key.task],
    );
    const [last] = rows;
    if (last?.run === key.runId && last.rules === key.rules) return last;
    await db.query('delete from library.rule_run where task = $1', [key.task]);
    const originals = last?.originals ?? [];
    const { rows: made } = await db.query<{ now: Date }>(
      // JavaScript knows milliseconds: all of the run, also after a restart, compares with the same moment.
      `insert into library.rule_run (task, run, rules, now, originals)
       values ($1, $2, $3, date_trunc('milliseconds', now()), $4) returning now`,
      [key.task, key.runId, key.rules, originals],
    );
    const { now } = made[0]!;
    for (const [index, rule] of plan.early) await writeSelection(db, key.task, index, rule, now, plan.size);
    return { now, due: 0, selected: false, done: [], originals };
  });
}

/**
 * Selects the records of the rule that is due, unless that is done; gives how many there are. Those above the rule's
 * `maxAffected` are for the caller to refuse.
 */
export async function select(
  db: ClientBase,
  { task }: RunKey,
  { now, due, selected }: Progress,
  rule: ReadyRule,
  { early, size }: SelectionPlan,
): Promise<Selected> {
  return inTransaction(db, async () => {
    const taken = selected || early.some(([index]) => index === due);
    if (!taken) await writeSelection(db, task, due, rule, now, size);
    if (!selected) await db.query('update library.rule_run set selected = true where task = $1', [task]);
    const { rows } = await db.query<{ records: string; batches: string }>(
      `select coalesce(sum(cardinality(ids)), 0) as records, count(*) as batches
       from library.rule_batch where task = $1 and rule = $2`,
      [task, due],
    );
    return { records: Number(rows[0]!.records), batches: Number(rows[0]!.batches) };
  });
}

/** After each batch originals are released one by one, on disk: a stop must not wait for thousands. */
const DELETED_AT_ONCE = 500;

async function writeSelection(
  db: ClientBase,
  task: string,
  index: number,
  rule: ReadyRule,
  now: Date,
  size: number,
): Promise<void> {
  const parameters = new Parameters();
  const select = selectIds(rule, { now, occurring: await occurringFor(db, rule) }, parameters);
  if (rule.action === 'delete') size = Math.min(size, DELETED_AT_ONCE);
  await db.query(
    `insert into library.rule_batch (task, rule, batch, ids)
     select ${parameters.add(task, 'text')}, ${parameters.add(index, 'int')}, b.*
     from (${inBatches(select, size, parameters)}) b`,
    parameters.values,
  );
}

/** Takes the next batch of a rule; within the transaction that acts on it. Undefined when there is none left. */
export async function takeBatch(
  db: ClientBase,
  { task }: RunKey,
  rule: number,
): Promise<string[] | undefined> {
  const { rows } = await db.query<{ ids: string[] }>(
    `delete from library.rule_batch where (task, rule, batch) in (
       select task, rule, batch from library.rule_batch where task = $1 and rule = $2 order by batch limit 1)
     returning ids`,
    [task, rule],
  );
  return rows[0]?.ids;
}

/**
 * Writes down what the rule that is due has done so far, and the originals that are to be released; within the
 * transaction that did it.
 */
export async function writeDone(
  db: ClientBase,
  { task }: RunKey,
  done: readonly RuleOutcome[],
  originals: readonly string[],
): Promise<void> {
  await db.query('update library.rule_run set done = $2, originals = $3 where task = $1', [
    task,
    JSON.stringify(done),
    originals,
  ]);
}

/** Goes on to the next rule; what is left of the selection of this one is dropped. Everything is released. */
export async function nextRule(
  db: ClientBase,
  { task }: RunKey,
  due: number,
  done: readonly RuleOutcome[],
): Promise<void> {
  await inTransaction(db, async () => {
    await db.query('delete from library.rule_batch where task = $1 and rule = $2', [task, due]);
    await db.query(
      "update library.rule_run set due = $2, selected = false, done = $3, originals = '{}' where task = $1",
      [task, due + 1, JSON.stringify(done)],
    );
  });
}
