import type { ClientBase } from 'pg';
import { syncLibrary } from '../model/sync.ts';
import type { LibrarySettings } from '../library-settings.ts';
import { anyStatus, toDatabase } from '../status/mask.ts';
import { tooMany, type Manner } from './carry-out.ts';
import type { Declared } from './declared.ts';
import { nothing, type RuleOutcome } from './rule-outcome.ts';
import { resolveRules, type ReadyRule, type Resolved } from './resolve-rules.ts';
import { occurringFor, selectIds } from './select.ts';
import { changesOf, Parameters } from './where.ts';

/** What would become of one rule; `first`: the lowest ids of the records that it would change. */
export type Rehearsed = RuleOutcome & { first?: string[] };

/** Ids that are named of each rule. */
const NAMED = 10;

/** The records that a rehearsal has changed, as they would be then. */
const CHANGED = 'pg_temp.rehearsed';
const CHOSEN = 'pg_temp.chosen';
/** All records as they would be. */
const CURRENT = `(
  select r.*, false as gone from library.record r where not exists (select from ${CHANGED} c where c.id = r.id)
  union all select * from ${CHANGED})`;

/**
 * What rules would do, in order and upon what the former ones would leave, without doing it: what they change is changed
 * in a copy, so that nobody waits for a rehearsal. All of it sees the same picture of the database.
 */
export async function rehearse(
  db: ClientBase,
  library: LibrarySettings,
  declared: readonly Declared[],
  manner: Pick<Manner, 'snapshot'>,
): Promise<Rehearsed[]> {
  await db.query('begin isolation level repeatable read');
  try {
    // Databoxes of the configuration that no run has made yet; they are gone with the rest.
    await syncLibrary(db, library);
    return await rehearseResolved(db, await resolveRules(db, declared), manner);
  } finally {
    await db.query('rollback').catch(() => undefined);
  }
}

async function rehearseResolved(
  db: ClientBase,
  rules: readonly Resolved[],
  manner: Pick<Manner, 'snapshot'>,
): Promise<Rehearsed[]> {
  await db.query(`
    create temp table rehearsed (like library.record, gone boolean not null default false, primary key (id)) on commit drop;
    create temp table chosen (rule int, id bigint, primary key (rule, id)) on commit drop`);
  const { rows } = await db.query<{ now: Date }>("select date_trunc('milliseconds', now()) as now");
  const { now } = rows[0]!;
  const isEarly = ({ snapshot }: ReadyRule) => snapshot ?? manner.snapshot;
  for (const [index, each] of rules.entries())
    if (each.state === 'ready' && isEarly(each.rule)) await choose(db, index, each.rule, now);
  const outcomes: Rehearsed[] = [];
  for (const [index, each] of rules.entries()) {
    if (each.state !== 'ready') {
      const { name } = each;
      outcomes.push(
        each.state === 'disabled'
          ? { name, what: 'disabled', reason: each.reason }
          : { name, what: 'inactive' },
      );
      continue;
    }
    if (!isEarly(each.rule)) await choose(db, index, each.rule, now);
    const isLast = rules.slice(index + 1).every(({ state }) => state !== 'ready');
    outcomes.push(await pretend(db, index, each.rule, isLast));
  }
  return outcomes;
}

/** Selects the records of a rule: of the library's those that no rule has changed, and those as they were changed. */
async function choose(db: ClientBase, index: number, rule: ReadyRule, now: Date): Promise<void> {
  const parameters = new Parameters();
  const occurring = await occurringFor(db, rule);
  const untouched = selectIds(rule, { now, occurring }, parameters);
  // The statuses that occur are the library's.
  const touched = selectIds(rule, { now }, parameters, CHANGED);
  await db.query(
    `insert into ${CHOSEN}
     select ${parameters.add(index, 'int')}, id from (
       ${untouched}\n  and not exists (select from ${CHANGED} c where c.id = r.id)
       union all
       ${touched}\n  and not r.gone) found`,
    parameters.values,
  );
}

/** Counts what the rule would do to the records that it chose, and does it to copies of them, unless no rule follows. */
async function pretend(db: ClientBase, index: number, rule: ReadyRule, isLast: boolean): Promise<Rehearsed> {
  const { name, action } = rule;
  const { rows } = await db.query<{ count: string }>(`select count(*) from ${CHOSEN} where rule = $1`, [
    index,
  ]);
  const reason = tooMany(rule, Number(rows[0]!.count));
  if (reason !== undefined) return { name, what: 'too-many', reason };
  const { first, affected, ...changed } = await count(db, index, rule);
  if (!isLast) await change(db, index, rule);
  return {
    name,
    what: 'done',
    ...nothing,
    affected,
    ...(action === 'update' ? changed : { [action === 'trash' ? 'trashed' : 'deleted']: affected }),
    first,
  };
}

interface Count {
  affected: number;
  moved: number;
  status: number;
  first: string[];
}

async function count(db: ClientBase, index: number, rule: ReadyRule): Promise<Count> {
  const parameters = new Parameters();
  const { collection, care, ones } = valuesOf(rule, parameters);
  const { rows } = await db.query<Count>(
    `select count(*)::int as affected, count(*) filter (where r.collection_id <> ${collection})::int as moved,
       count(*) filter (where (r.status # ${ones}) & ${care} <> 0)::int as status,
       coalesce((array_agg(r.id order by r.id))[1:${NAMED}], '{}') as first
     from ${CURRENT} r where ${affected(index, rule, parameters)}`,
    parameters.values,
  );
  return rows[0]!;
}

async function change(db: ClientBase, index: number, rule: ReadyRule): Promise<void> {
  await db.query(
    `insert into ${CHANGED} select r.* from library.record r join ${CHOSEN} c on c.id = r.id and c.rule = $1
     on conflict do nothing`,
    [index],
  );
  const parameters = new Parameters();
  await db.query(
    `update ${CHANGED} r set ${effect(rule, parameters)} where ${affected(index, rule, parameters)}`,
    parameters.values,
  );
}

function effect(rule: ReadyRule, parameters: Parameters): string {
  if (rule.action === 'delete') return 'gone = true';
  // Later than the moment of the run, as it would be.
  const modified = 'modified_at = clock_timestamp()';
  if (rule.action === 'trash') return `trashed_at = clock_timestamp(), ${modified}`;
  const { collection, care, ones } = valuesOf(rule, parameters);
  return `collection_id = coalesce(${collection}, r.collection_id), status = (r.status & ~${care}) | ${ones}, ${modified}`;
}

/** Of the chosen records those that the rule still changes: a former one may have taken them away meanwhile. */
function affected(
  index: number,
  { action, criteria, change = {} }: ReadyRule,
  parameters: Parameters,
): string {
  return [
    `r.id in (select id from ${CHOSEN} where rule = ${parameters.add(index, 'int')})`,
    `not r.gone and r.trashed_at is ${criteria.trash ? 'not null' : 'null'}`,
    ...(action === 'update' ? [changesOf(change, parameters)] : []),
  ].join(' and ');
}

function valuesOf({ change: { collection, status = anyStatus } = {} }: ReadyRule, parameters: Parameters) {
  return {
    collection: parameters.add(collection?.id ?? null, 'int'),
    care: parameters.add(toDatabase(status.care), 'bigint'),
    ones: parameters.add(toDatabase(status.ones), 'bigint'),
  };
}
