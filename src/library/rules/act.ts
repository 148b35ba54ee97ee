import type { ClientBase } from 'pg';
import type { Who } from '../ingest/arrival.ts';
import { changeRecords, deleteRecords, trashRecords } from '../records/change-records.ts';
import type { Selection } from '../records/selection.ts';
import { nothing, type Acted } from './rule-outcome.ts';
import type { ReadyRule } from './resolve-rules.ts';
import { Parameters, whereOf } from './where.ts';

/** When the records that a rule acts upon were selected. */
export interface Chosen {
  /** The moment with which dates are compared. */
  now: Date;
  /** Before the first rule acted: then the rule also acts upon records that a former one has changed. */
  early: boolean;
}

/** What one batch came to. */
export interface BatchResult {
  acted: Acted;
  /** Hashes of originals that may have lost their last record. */
  originals: string[];
}

/**
 * Does to the records of a batch what the rule says, within the caller's transaction. Those that are not what the rule
 * wants any more, since somebody changed them meanwhile, are left alone.
 */
export async function actOnBatch(
  db: ClientBase,
  rule: ReadyRule,
  ids: readonly string[],
  chosen: Chosen,
  who: Who,
): Promise<BatchResult> {
  // Whoever is changing one of them ends first: the statement after this one sees what came of it.
  await db.query('select from library.record where id = any($1::bigint[]) order by id for update', [ids]);
  const selection = still(rule, ids, chosen, who);
  switch (rule.action) {
    case 'update': {
      const { records, moved, status } = await changeRecords(
        db,
        rule.databox,
        selection,
        rule.change ?? {},
        who,
      );
      return { acted: { ...nothing, affected: records, moved, status }, originals: [] };
    }
    case 'trash': {
      const trashed = await trashRecords(db, rule.databox, selection, who);
      return { acted: { ...nothing, affected: trashed, trashed }, originals: [] };
    }
    case 'delete': {
      const { records, originals } = await deleteRecords(db, rule.databox, selection, who);
      return { acted: { ...nothing, affected: records, deleted: records }, originals };
    }
  }
}

/** Those of some records that are still to be acted upon. */
function still(
  { databox, criteria }: ReadyRule,
  ids: readonly string[],
  { now, early }: Chosen,
  { task }: Who,
): Selection {
  const parameters = new Parameters();
  const given = `r.id = any (${parameters.add(ids, 'bigint[]')})`;
  const condition = early
    ? `r.trashed_at is ${criteria.trash ? 'not null' : 'null'} and not exists (
         select from library.event e where e.record_id = r.id
           and e.at > ${parameters.add(now.toISOString(), 'timestamptz')}
           and e.task is distinct from ${parameters.add(task, 'text')})`
    : whereOf(databox, criteria, { now, ask: 'each' }, parameters);
  return {
    text: `select r.id from library.record r where ${given} and ${condition}`,
    values: parameters.values,
  };
}
