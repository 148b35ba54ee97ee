import type { ClientBase, Pool } from 'pg';
import { PermanentError } from '../../task/errors.ts';
import { fromDatabase } from '../status/mask.ts';

export type FieldType = 'text' | 'number' | 'date';

export interface Field {
  id: number;
  name: string;
  sources: string[];
  type: FieldType;
  multi: boolean;
  separators: string;
  readOnly: boolean;
  required: boolean;
}

export interface Collection {
  id: number;
  name: string;
  /** Status of new records. */
  status: bigint;
}

/** The structure of a databox. */
export interface Databox {
  id: number;
  name: string;
  timezone: string;
  collections: Collection[];
  fields: Field[];
}

/** Reads a databox by its name, in any case; undefined when there is none. */
export async function readDatabox(db: ClientBase | Pool, name: string): Promise<Databox | undefined> {
  const { rows } = await db.query<Omit<Databox, 'collections' | 'fields'>>(
    'select id, name, timezone from library.databox where lower(name) = lower($1)',
    [name],
  );
  const databox = rows[0];
  if (!databox) return undefined;
  const collections = await db.query<{ id: number; name: string; status: string }>(
    'select id, name, status from library.collection where databox_id = $1 order by id',
    [databox.id],
  );
  const fields = await db.query<Field>(
    `select id, name, sources, type, multi, separators, read_only as "readOnly", required
     from library.field where databox_id = $1 order by id`,
    [databox.id],
  );
  return {
    ...databox,
    collections: collections.rows.map((row) => ({ ...row, status: fromDatabase(row.status) })),
    fields: fields.rows,
  };
}

/** As `readDatabox`, for a task. Throws PermanentError `UnknownDatabox` with those there are. */
export async function needDatabox(db: ClientBase | Pool, name: string): Promise<Databox> {
  const found = await readDatabox(db, name);
  if (found) return found;
  const { rows } = await db.query<{ name: string }>('select name from library.databox order by name');
  throw new PermanentError(
    'UnknownDatabox',
    `there is no databox ${JSON.stringify(name)}; ${known(rows)}. Declare it under \`library.databoxes\`, or \`regie library create databox\``,
  );
}

/** A collection of a databox, by its name in any case. */
export function findCollection({ collections }: Databox, name: string): Collection | undefined {
  const lower = name.toLowerCase();
  return collections.find((each) => each.name.toLowerCase() === lower);
}

/** As `findCollection`, for a task. Throws PermanentError `UnknownCollection` with those there are. */
export function needCollection(databox: Databox, name: string): Collection {
  const found = findCollection(databox, name);
  if (found) return found;
  throw new PermanentError(
    'UnknownCollection',
    `databox ${databox.name} has no collection ${JSON.stringify(name)}; ${known(databox.collections)}. Declare it under \`library.databoxes\`, or \`regie library create collection\``,
  );
}

/** A field of a databox, by its name in any case. */
export function findField({ fields }: Databox, name: string): Field | undefined {
  const lower = name.toLowerCase();
  return fields.find((each) => each.name.toLowerCase() === lower);
}

const known = (all: readonly { name: string }[]) =>
  all.length === 0 ? 'there is none' : `expected one of ${all.map(({ name }) => name).join(', ')}`;
