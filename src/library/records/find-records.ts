import type { ClientBase } from 'pg';
import { notFound } from '../../task/not-found.ts';
import { findCollection, findField, type Databox } from '../model/databox.ts';
import type { ValueClause } from '../rules/criteria.ts';
import { Parameters, whereOf } from '../rules/where.ts';
import { fromDatabase, type Mask } from '../status/mask.ts';
import { occurringStatuses } from '../status/occurring.ts';
import { readDate, typedValue } from '../values/typed.ts';

/** Which records are asked for; all of it must hold. */
export interface RecordFilter {
  /** Names, in any case; any of them. */
  collections?: readonly string[];
  status?: Mask;
  /** Conditions on values of fields, as people write them: `Title=The lake`, `Height>=1000`, `Title~lake`. */
  where?: readonly string[];
  type?: 'record' | 'story';
  kind?: string;
  /** Those in the trash instead. */
  trash?: boolean;
  /** Work that they wait for: `renditions`, `metadata`, `index`. */
  awaits?: string;
  /** Created since, and before: dates of the databox's clock; a day without a time is its beginning. */
  from?: string;
  to?: string;
}

/** A record in a list. */
export interface FoundRecord {
  id: string;
  collection: string;
  type: 'record' | 'story';
  kind: string;
  mime: string | null;
  bytes: number | null;
  name: string;
  status: bigint;
  /** ISO UTC. */
  createdAt: string;
  /** Values of the fields that were asked for, in their order. */
  fields: string[][];
}

/** So many are read at a time. */
const PAGE = 1_000;

/**
 * The records of a databox that a filter asks for, newest first, page by page; with the values of `fields`. A mask is
 * answered by the index on statuses (status/occurring.ts), values by theirs. Throws `NotFound` and RangeError for a
 * collection, field or date that there is none of.
 */
export async function* findRecords(
  db: ClientBase,
  databox: Databox,
  filter: RecordFilter,
  { fields = [], limit = Infinity }: { fields?: readonly string[]; limit?: number } = {},
): AsyncGenerator<FoundRecord[]> {
  const shown = fields.map((name) => needField(databox, name).id);
  const parameters = new Parameters();
  const condition = await conditionOf(db, databox, filter, parameters);
  const before = parameters.add(null, 'bigint');
  const cursor = parameters.values.length - 1;
  const asked = parameters.add(shown, 'int[]');
  const most = parameters.add(PAGE, 'int');
  const count = parameters.values.length - 1;
  for (let left = limit; left > 0;) {
    parameters.values[count] = Math.min(PAGE, left);
    const { rows } = await db.query<Row>(
      `with page as (
         select r.* from library.record r where ${condition} and (${before} is null or r.id < ${before})
         order by r.id desc limit ${most})
       select p.id, c.name as collection, p.type, p.kind, p.mime, p.bytes, p.name, p.status, p.created_at,
         array(select coalesce((select jsonb_agg(v.text order by v.position) from library.value v
           where v.record_id = p.id and v.field_id = f.id), '[]')
           from unnest(${asked}) with ordinality as f(id, at) order by f.at) as fields
       from page p join library.collection c on c.id = p.collection_id order by p.id desc`,
      parameters.values,
    );
    if (rows.length > 0) yield rows.map(toFound);
    left -= rows.length;
    if (rows.length < Math.min(PAGE, left + rows.length)) return;
    parameters.values[cursor] = rows.at(-1)!.id;
  }
}

/** How many records a filter asks for. Throws as `findRecords` does. */
export async function countRecords(db: ClientBase, databox: Databox, filter: RecordFilter): Promise<number> {
  const parameters = new Parameters();
  const condition = await conditionOf(db, databox, filter, parameters);
  const { rows } = await db.query<{ n: string }>(
    `select count(*) as n from library.record r where ${condition}`,
    parameters.values,
  );
  return Number(rows[0]!.n);
}

type Row = Omit<FoundRecord, 'status' | 'bytes' | 'createdAt'> & {
  status: string;
  bytes: string | null;
  created_at: Date;
};

function toFound({ status, bytes, created_at, ...row }: Row): FoundRecord {
  return {
    ...row,
    status: fromDatabase(status),
    bytes: bytes === null ? null : Number(bytes),
    createdAt: created_at.toISOString(),
  };
}

async function conditionOf(
  db: ClientBase,
  databox: Databox,
  filter: RecordFilter,
  parameters: Parameters,
): Promise<string> {
  const { collections, status, where = [], type, kind, trash = false, awaits, from, to } = filter;
  const comparisons = where.map((text) => readCondition(databox, text));
  const condition = whereOf(
    databox,
    {
      trash,
      ...(type && { type }),
      ...(collections?.length && {
        collections: {
          compare: '=' as const,
          ids: collections.map((name) => needCollection(databox, name).id),
        },
      }),
      ...(status && { status }),
      values: comparisons.flatMap(({ clause }) => clause ?? []),
      dates: [],
    },
    {
      now: new Date(),
      ask: 'set',
      occurring: status && status.care !== 0n && !trash ? await occurringStatuses(db, databox.id) : undefined,
    },
    parameters,
  );
  const created = (compare: string, text: string) =>
    `r.created_at ${compare} ${parameters.add(needDate(text, databox.timezone), 'timestamp')} at time zone ${parameters.add(databox.timezone, 'text')}`;
  return [
    condition,
    ...(kind === undefined ? [] : [`r.kind = ${parameters.add(kind, 'text')}`]),
    ...(awaits === undefined ? [] : [`r.awaits @> array[${parameters.add(awaits, 'text')}]`]),
    ...(from === undefined ? [] : [created('>=', from)]),
    ...(to === undefined ? [] : [created('<', to)]),
    ...comparisons.flatMap(({ contains }) =>
      contains
        ? `exists (select from library.value v where v.record_id = r.id
             and v.field_id = ${parameters.add(contains.fieldId, 'int')}
             and position(lower(${parameters.add(contains.text, 'text')}) in lower(v.text)) > 0)`
        : [],
    ),
  ].join('\n  and ');
}

const CONDITION = /^(.+?)(!=|<=|>=|=|<|>|~)(.*)$/s;

/** Reads `Height>=1000`; `~` asks for texts that contain another, in any case. */
function readCondition(
  databox: Databox,
  text: string,
): { clause?: ValueClause; contains?: { fieldId: number; text: string } } {
  const [, name, compare, value] = CONDITION.exec(text) ?? [];
  if (name === undefined || compare === undefined || value === undefined)
    throw new RangeError(
      `${JSON.stringify(text)}: expected a field, one of = != < > <= >= ~, and a value, such as Title=The lake.`,
    );
  const field = needField(databox, name.trim());
  if (compare === '~') return { contains: { fieldId: field.id, text: value } };
  const column = field.type;
  const typed = column === 'text' ? value : typedValue(column, value, databox.timezone)[column];
  if (typed === undefined)
    throw new RangeError(
      `${JSON.stringify(text)}: the field ${field.name} is a ${column}; expected one after ${compare}.`,
    );
  return { clause: { fieldId: field.id, column, compare: compare as ValueClause['compare'], value: typed } };
}

function needDate(text: string, timezone: string): string {
  const date = readDate(text, timezone);
  if (date === undefined)
    throw new RangeError(`${JSON.stringify(text)}: expected a date, such as 2026-06-01 or 2026-06-01T13:00.`);
  return date;
}

/** Throws `NotFound` with those there are. */
function needField(databox: Databox, name: string) {
  const field = findField(databox, name);
  if (field) return field;
  throw notFound(
    'field',
    name,
    databox.fields.map((each) => each.name),
    databox.name,
  );
}

function needCollection(databox: Databox, name: string) {
  const collection = findCollection(databox, name);
  if (collection) return collection;
  throw notFound(
    'collection',
    name,
    databox.collections.map((each) => each.name),
    databox.name,
  );
}
