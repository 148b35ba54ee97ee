import type { ClientBase } from 'pg';
import { occurringStatuses, type Occurring } from '../status/occurring.ts';
import type { ReadyRule } from './resolve-rules.ts';
import { changesOf, Parameters, whereOf, type Way } from './where.ts';

/** The statement that finds the records of a rule: those of its `from` in which it changes something. */
export function selectIds(
  rule: ReadyRule,
  way: Omit<Way, 'ask'>,
  parameters: Parameters,
  table = 'library.record',
): string {
  return `select r.id from ${table} r where ${conditionsOf(rule, { ...way, ask: 'set' }, parameters)}`;
}

/** What must hold for a record `r` that the rule is to change. */
function conditionsOf({ databox, criteria, change }: ReadyRule, way: Way, parameters: Parameters): string {
  const selected = whereOf(databox, criteria, way, parameters);
  return change ? `${selected}\n  and ${changesOf(change, parameters)}` : selected;
}

/** The statuses that occur in the rule's databox, where they help to find what it asks for. */
export async function occurringFor(
  db: ClientBase,
  { databox, criteria: { status, trash } }: ReadyRule,
): Promise<readonly Occurring[] | undefined> {
  return status && status.care !== 0n && !trash ? occurringStatuses(db, databox.id) : undefined;
}

/** The ids that a statement finds, cut into batches: the columns `batch`, from 0, and `ids`, in order. */
export function inBatches(select: string, size: number, parameters: Parameters): string {
  return `select batch::int, array_agg(id order by id) as ids
    from (select id, (row_number() over (order by id) - 1) / ${parameters.add(size, 'int')} as batch
          from (${select}) found) numbered
    group by batch`;
}
