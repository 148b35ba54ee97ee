import type { ClientBase } from 'pg';
import { nearest } from '../../task/nearest.ts';
import { findCollection, findField, readDatabox, type Collection, type Databox } from '../model/databox.ts';
import { FIRST_USER_BIT } from '../status/mask.ts';
import { typedValue } from '../values/typed.ts';
import type { PlainRule, Declared } from './declared.ts';
import type { Change } from '../records/change-records.ts';
import type { Criteria, DateClause, ValueClause } from './criteria.ts';
import { ownDates, type Reference } from './rule-settings.ts';

/** A rule whose names are all found: it can be carried out. */
export interface ReadyRule {
  name: string;
  action: PlainRule['action'];
  databox: Databox;
  criteria: Criteria;
  /** Of an update. */
  change?: Change;
  snapshot: boolean | undefined;
  maxAffected: number | undefined;
}

/** A rule, and what is in its way. */
export type Resolved =
  | { name: string; state: 'ready'; rule: ReadyRule }
  /** Set aside by whoever wrote it. */
  | { name: string; state: 'inactive' }
  /** It cannot be carried out; why, a sentence. */
  | { name: string; state: 'disabled'; reason: string };

/** Why a rule cannot be carried out. */
class Fault extends Error {}

/**
 * Finds the databoxes, collections and fields that rules name. A rule with a fault in any of its clauses is disabled as
 * a whole: with that clause left out it would match more.
 */
export async function resolveRules(db: ClientBase, declared: readonly Declared[]): Promise<Resolved[]> {
  const databoxes = new Databoxes(db);
  const resolved: Resolved[] = [];
  for (const each of declared) {
    const { name } = each;
    try {
      if ('fault' in each) throw new Fault(each.fault);
      resolved.push(
        each.rule.active
          ? { name, state: 'ready', rule: resolve(await databoxes.find(each.rule.databox), each.rule) }
          : { name, state: 'inactive' },
      );
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      resolved.push({ name, state: 'disabled', reason: error.message });
    }
  }
  return resolved;
}

/** Databoxes by what rules call them, each read once. */
class Databoxes {
  private readonly db: ClientBase;
  private readonly found = new Map<Reference, Databox | Fault>();

  constructor(db: ClientBase) {
    this.db = db;
  }

  async find(which: Reference): Promise<Databox> {
    const known = this.found.get(which) ?? (await this.read(which));
    this.found.set(which, known);
    if (known instanceof Fault) throw known;
    return known;
  }

  private async read(which: Reference): Promise<Databox | Fault> {
    const { rows } = await this.db.query<{ id: number; name: string }>(
      'select id, name from library.databox order by id',
    );
    const row = rows.find(({ id, name }) => isNamed(which, id, name));
    const databox = row && (await readDatabox(this.db, row.name));
    if (!databox) return new Fault(`there is no databox ${say(which)}; ${expected(rows, which)}`);
    if (!isTimeZone(databox.timezone))
      return new Fault(
        `databox ${databox.name} is in the time zone ${JSON.stringify(databox.timezone)}; expected one as IANA names it, such as Europe/Paris`,
      );
    return databox;
  }
}

function resolve(databox: Databox, rule: PlainRule): ReadyRule {
  const { name, action, from, snapshot, maxAffected } = rule;
  const { type, text, date, collection, status } = from;
  const dates = date.map((clause) => resolveDate(databox, clause));
  const trash = dates.some(({ of }) => of === 'trashed_at');
  if (trash && action !== 'delete')
    throw new Fault(`#trashed selects what is in the trash, of which the action ${action} does nothing`);
  return {
    name,
    action,
    databox,
    criteria: {
      trash,
      ...(type && { type: type === 'STORY' ? 'story' : 'record' }),
      ...(collection && {
        collections: {
          compare: collection.compare,
          ids: collection.collections.map((each) => resolveCollection(databox, each).id),
        },
      }),
      ...(status && { status }),
      values: text.map((clause) => resolveValue(databox, clause)),
      dates,
    },
    ...(action === 'update' && { change: resolveChange(databox, rule.to) }),
    snapshot,
    maxAffected,
  };
}

function resolveChange(
  databox: Databox,
  { collection, status }: Extract<PlainRule, { action: 'update' }>['to'],
): Change {
  if (status && status.care % (1n << BigInt(FIRST_USER_BIT)) !== 0n)
    throw new Fault(
      `it would write status bits below ${FIRST_USER_BIT}, which belong to the system; expected x in the last ${FIRST_USER_BIT} places of the mask`,
    );
  return {
    ...(collection !== undefined && { collection: resolveCollection(databox, collection) }),
    ...(status && { status }),
  };
}

function resolveCollection(databox: Databox, which: Reference): Collection {
  const found =
    typeof which === 'string'
      ? findCollection(databox, which)
      : databox.collections.find(({ id }) => id === which);
  if (found) return found;
  throw new Fault(
    `databox ${databox.name} has no collection ${say(which)}; ${expected(databox.collections, which)}`,
  );
}

function resolveField(databox: Databox, name: string) {
  const field = findField(databox, name);
  if (field) return field;
  throw new Fault(`databox ${databox.name} has no field ${say(name)}; ${expected(databox.fields, name)}`);
}

function resolveValue(
  databox: Databox,
  { field: name, compare, value }: PlainRule['from']['text'][number],
): ValueClause {
  const { id: fieldId, type } = resolveField(databox, name);
  if (type === 'text') return { fieldId, column: 'text', compare, value: String(value) };
  // Read as the values of fields are.
  const { number, date } = typedValue(type, String(value), databox.timezone);
  if (type === 'number' && number !== undefined) return { fieldId, column: 'number', compare, value: number };
  if (type === 'date' && date !== undefined) return { fieldId, column: 'date', compare, value: date };
  throw new Fault(
    `the field ${name} is a ${type}, but is compared with ${JSON.stringify(value)}; expected a ${type}${type === 'date' ? ' such as 2026-06-01 or 2026-06-01 13:30' : ''}`,
  );
}

function resolveDate(
  databox: Databox,
  { field: name, direction, delta, orMissing = false }: PlainRule['from']['date'][number],
): DateClause {
  const rest = { direction, delta, orMissing };
  if (name.startsWith('#')) {
    const own = ownDates[name.toLowerCase() as keyof typeof ownDates] as
      (typeof ownDates)[keyof typeof ownDates] | undefined;
    if (own) return { of: own, ...rest };
    throw new Fault(
      `a record has no date ${say(name)} of its own; expected one of ${Object.keys(ownDates).join(', ')}`,
    );
  }
  const { id: fieldId, type } = resolveField(databox, name);
  if (type !== 'date')
    throw new Fault(`the field ${name} is of type ${type}, but stands in a date clause; expected a date`);
  return { of: { fieldId }, ...rest };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const isNamed = (which: Reference, id: number, name: string) =>
  typeof which === 'number' ? which === id : which.toLowerCase() === name.toLowerCase();

const say = (which: Reference) =>
  typeof which === 'number' ? `with the id ${which}` : JSON.stringify(which);

/** At most so many names are listed. */
const LISTED = 20;

function expected(there: readonly { id: number; name: string }[], which: Reference): string {
  if (there.length === 0) return 'there is none';
  const near =
    typeof which === 'string'
      ? nearest(
          there.map(({ name }) => name),
          which,
        )
      : undefined;
  if (near !== undefined) return `did you mean ${near}?`;
  const listed = there
    .slice(0, LISTED)
    .map(({ id, name }) => (typeof which === 'number' ? `${id} (${name})` : name));
  return `expected one of ${listed.join(', ')}${there.length > LISTED ? ', …' : ''}`;
}
