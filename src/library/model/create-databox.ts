import type { ClientBase } from 'pg';
import { notFound } from '../../task/not-found.ts';
import type { FieldSettings } from '../library-settings.ts';
import { toDatabase, type Mask } from '../status/mask.ts';
import { readDatabox, type Databox } from './databox.ts';

/** What was to be created is there already. */
class Exists extends Error {
  constructor(what: string, name: string, where?: string) {
    super(
      `${where === undefined ? 'There' : `In ${where} there`} is a ${what} ${JSON.stringify(name)} already.`,
    );
    this.name = 'Exists';
  }
}

/**
 * The databox of a name, in any case, or the only one there is when none is named. Throws `NotFound` with those there
 * are.
 */
export async function chooseDatabox(db: ClientBase, name: string | undefined): Promise<Databox> {
  const { rows } = await db.query<{ name: string }>('select name from library.databox order by id');
  const names = rows.map((row) => row.name);
  if (name === undefined && names.length > 1)
    throw new RangeError(`Which databox? Name one with --databox: ${names.join(', ')}.`);
  const databox = await readDatabox(db, name ?? names[0] ?? '');
  if (databox) return databox;
  if (name === undefined)
    throw new RangeError(
      'There is no databox yet: declare one under `library.databoxes` in regie.config.ts, or `regie library create databox <name>`.',
    );
  throw notFound('databox', name, names);
}

/** Throws `Exists`. */
export async function createDatabox(db: ClientBase, name: string, timezone = 'UTC'): Promise<void> {
  const { rowCount } = await db.query(
    'insert into library.databox (name, timezone) values ($1, $2) on conflict do nothing',
    [name, timezone],
  );
  if (!rowCount) throw new Exists('databox', name);
}

/** `status`: laid over the status of new records. Throws `Exists`. */
export async function createCollection(
  db: ClientBase,
  databox: Databox,
  name: string,
  status?: Mask,
): Promise<void> {
  const { rowCount } = await db.query(
    'insert into library.collection (databox_id, name, status) values ($1, $2, $3) on conflict do nothing',
    [databox.id, name, toDatabase(status?.ones ?? 0n)],
  );
  if (!rowCount) throw new Exists('collection', name, databox.name);
}

/** Throws `Exists`. */
export async function createField(db: ClientBase, databox: Databox, field: FieldSettings): Promise<void> {
  const { rowCount } = await db.query(
    `insert into library.field (databox_id, name, sources, type, multi, separators, read_only, required)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [
      databox.id,
      field.name,
      field.source,
      field.type,
      field.multi,
      field.separators,
      field.readOnly,
      field.required,
    ],
  );
  if (!rowCount) throw new Exists('field', field.name, databox.name);
}

/** What a status bit means. Throws `Exists`. */
export async function createStatusBit(
  db: ClientBase,
  databox: Databox,
  { bit, label, on, off }: { bit: number; label: string; on?: string; off?: string },
): Promise<void> {
  const { rowCount } = await db.query(
    `insert into library.status_bit (databox_id, bit, label, on_name, off_name)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [databox.id, bit, label, on ?? null, off ?? null],
  );
  if (!rowCount) throw new Exists('status bit', String(bit), databox.name);
}
