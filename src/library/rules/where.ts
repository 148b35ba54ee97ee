import { toDatabase, type Mask } from '../status/mask.ts';
import { matching, type Occurring } from '../status/occurring.ts';
import type { Databox } from '../model/databox.ts';
import type { Change } from '../records/change-records.ts';
import type { Criteria, DateClause, ValueClause } from './criteria.ts';

/** The parameters of a statement in the making. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Gives what stands for it in the statement, with its type. */
  add(value: unknown, type: string): string {
    return `$${this.values.push(value)}::${type}`;
  }
}

/** In which way a condition is put. */
export interface Way {
  /** The moment with which dates are compared. */
  now: Date;
  /**
   * set: answered by indexes, to find records among all. each: looked up for each of some records that are known already,
   * whatever the planner thinks of indexes on millions of values.
   */
  ask: 'set' | 'each';
  /** The statuses that occur in the databox, when they are few. */
  occurring?: readonly Occurring[] | undefined;
}

/** The condition, in SQL, under which a record `r` is selected. */
export function whereOf(
  databox: Pick<Databox, 'id' | 'timezone'>,
  criteria: Criteria,
  way: Way,
  parameters: Parameters,
): string {
  const { trash, type, collections, status, values, dates } = criteria;
  const conditions = [
    `r.databox_id = ${parameters.add(databox.id, 'int')}`,
    `r.trashed_at is ${trash ? 'not null' : 'null'}`,
  ];
  if (type) conditions.push(`r.type = ${parameters.add(type, 'text')}`);
  if (collections) {
    const ids = parameters.add(collections.ids, 'int[]');
    conditions.push(`r.collection_id ${collections.compare === '=' ? '= any' : '<> all'} (${ids})`);
  }
  if (status && status.care !== 0n) conditions.push(statusCondition(status, trash, way, parameters));
  const valueConditions = new ValueConditions(way, databox.timezone, parameters);
  conditions.push(
    ...values.map((clause) => valueConditions.ofValue(clause)),
    ...dates.map((clause) => valueConditions.ofDate(clause)),
  );
  return conditions.join('\n  and ');
}

/** The condition under which an update changes something in a record `r`. */
export function changesOf({ collection, status }: Change, parameters: Parameters): string {
  const differ = [
    ...(collection ? [`r.collection_id <> ${parameters.add(collection.id, 'int')}`] : []),
    ...(status ? [`not (${maskCondition(status, parameters)})`] : []),
  ];
  return `(${differ.join(' or ')})`;
}

function statusCondition(
  mask: Mask,
  trash: boolean,
  { ask, occurring }: Way,
  parameters: Parameters,
): string {
  // The index on statuses leaves the trash out.
  if (ask === 'each' || !occurring || trash) return maskCondition(mask, parameters);
  const found = matching(occurring, mask);
  const collections = parameters.add([...new Set(found.map((each) => each.collectionId))], 'int[]');
  const statuses = parameters.add(
    [...new Set(found.map(({ status }) => status))].map(toDatabase),
    'bigint[]',
  );
  return `r.collection_id = any (${collections}) and r.status = any (${statuses})`;
}

function maskCondition({ care, ones }: Mask, parameters: Parameters): string {
  const bits = (value: bigint) => parameters.add(toDatabase(value), 'bigint');
  return `r.status & ${bits(care)} = ${bits(ones)}`;
}

class ValueConditions {
  private readonly way: Way;
  private readonly timezone: string;
  private readonly parameters: Parameters;

  constructor(way: Way, timezone: string, parameters: Parameters) {
    this.way = way;
    this.timezone = timezone;
    this.parameters = parameters;
  }

  ofValue({ fieldId, column, compare, value }: ValueClause): string {
    const given = this.parameters.add(value, sqlTypes[column]);
    if (compare === '=') return this.has(fieldId, equal(column, given));
    if (compare === '!=')
      return `${this.has(fieldId, `v.${column} is not null`)} and not ${this.has(fieldId, equal(column, given))}`;
    // By code point, in whatever order the database sorts texts.
    return this.has(fieldId, `v.${column}${column === 'text' ? ' collate "C"' : ''} ${compare} ${given}`);
  }

  /** Of several dates the latest counts: before, one of them is yet to come; after, all have passed. */
  ofDate({ of, direction, delta, orMissing }: DateClause): string {
    const zone = this.parameters.add(this.timezone, 'text');
    const now = this.parameters.add(this.way.now.toISOString(), 'timestamptz');
    // now < field + delta ⇔ field > now - delta: dates of fields are local times, and days those of the calendar.
    const limit = `(${now} at time zone ${zone} - ${this.parameters.add(delta, 'int')} * interval '1 day')`;
    if (typeof of === 'string') {
      return `r.${of} ${direction === 'before' ? '>' : '<='} (${limit} at time zone ${zone})`;
    }
    const ahead = this.has(of.fieldId, `v.date > ${limit}`);
    const condition =
      direction === 'before' ? ahead : `${this.has(of.fieldId, `v.date <= ${limit}`)} and not ${ahead}`;
    return orMissing ? `(${condition} or not ${this.has(of.fieldId, 'v.date is not null')})` : condition;
  }

  /** Has the record a value of the field of which the condition is true? */
  private has(fieldId: number, condition: string): string {
    const found = `from library.value v where v.record_id = r.id and v.field_id = ${this.parameters.add(fieldId, 'int')} and ${condition}`;
    // An `exists` may become a join with all values of the field; a scalar query is asked once for each record.
    return this.way.ask === 'set'
      ? `exists (select ${found})`
      : `coalesce((select true ${found} limit 1), false)`;
  }
}

const sqlTypes = { text: 'text', number: 'float8', date: 'timestamp' } as const;

/** Long texts are not in the index as a whole: their beginning is. */
const equal = (column: ValueClause['column'], given: string) =>
  column === 'text'
    ? `left(v.text, 200) = left(${given}, 200) and v.text = ${given}`
    : `v.${column} = ${given}`;
