import type { ClientBase, Pool } from 'pg';
import { unitKey, type Unit } from '../unit.ts';

export type Db = Pool | ClientBase;

/**
 * How far a unit is. `produced`: its file is made, and not with everybody yet. `failed`: somebody's server refused it for good.
 * `unknown`: nobody knows whether it arrived. An operator decides about `held`, `failed` and `unknown`.
 */
export type UnitState =
  'due' | 'running' | 'produced' | 'held' | 'delivered' | 'failed' | 'unknown' | 'missed' | 'discarded';

/** A row of the ledger: one business day, month or operation of an export. */
export interface UnitRow extends Unit {
  key: string;
  state: UnitState;
  edition: number;
  reason: string | null;
  attempts: number;
  requestedBy: string | null;
  run: string | null;
  changedAt: string;
}

const columns = `key, period, business_day as "businessDay", operation, state, edition, reason, attempts,
  requested_by as "requestedBy", run, changed_at as "changedAt"`;

interface Raw extends Omit<UnitRow, 'operation' | 'changedAt'> {
  operation: string | null;
  changedAt: Date;
}

function rowOf({ operation, changedAt, ...raw }: Raw): UnitRow {
  return { ...raw, changedAt: changedAt.toISOString(), ...(operation === null ? {} : { operation }) };
}

/** Rows of an export, by business day; `where` on the table's columns, its parameters from `$2` on. */
export async function readUnits(
  db: Db,
  task: string,
  where = 'true',
  parameters: readonly unknown[] = [],
): Promise<UnitRow[]> {
  const { rows } = await db.query<Raw>(
    `select ${columns} from export.unit where task = $1 and (${where}) order by business_day, key`,
    [task, ...parameters],
  );
  return rows.map(rowOf);
}

export async function readUnit(db: Db, task: string, key: string): Promise<UnitRow | undefined> {
  return (await readUnits(db, task, 'key = $2', [key]))[0];
}

/** Units that somebody has asked for and no run has dealt with. */
export function readHttpRequest(db: Db, task: string): Promise<UnitRow[]> {
  return readUnits(db, task, 'requested_by is not null');
}

/** Notes who asked for a unit: the next run deals with it; null when it is dealt with. */
export async function setAsked(db: Db, task: string, key: string, by: string | null): Promise<void> {
  await db.query('update export.unit set requested_by = $3 where task = $1 and key = $2', [task, key, by]);
}

/** The row that a unit would have: whoever only looks writes nothing down. */
export function unopened(unit: Unit): UnitRow {
  const now = new Date().toISOString();
  return {
    ...unit,
    key: unitKey(unit),
    state: 'due',
    edition: 1,
    reason: null,
    attempts: 0,
    requestedBy: null,
    run: null,
    changedAt: now,
  };
}

/** The unit's row; made, as due, when there is none. */
export async function openUnit(db: Db, task: string, unit: Unit): Promise<UnitRow> {
  const key = unitKey(unit);
  await db.query(
    `insert into export.unit (task, key, period, business_day, operation) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [task, key, unit.period, unit.businessDay, unit.operation ?? null],
  );
  return (await readUnit(db, task, key))!;
}

/** What a state's row and its event say beside the state. */
export interface Turn {
  what: string;
  reason?: string | null;
  by?: string;
  run?: string;
  /** For the event, where it says more than the reason. */
  text?: string;
}

/** Brings a unit into a state, and writes down why: one statement, so that the two never differ. */
export async function turn(db: Db, task: string, key: string, state: UnitState, how: Turn): Promise<void> {
  const { rowCount } = await db.query(
    `with turned as (
       update export.unit set state = $3, reason = $4, run = coalesce($6, run), changed_at = clock_timestamp()
       where task = $1 and key = $2 returning task, key)
     insert into export.event (task, key, what, by, run, text)
     select task, key, $5, $7, $6, $8 from turned`,
    [
      task,
      key,
      state,
      how.reason ?? null,
      how.what,
      how.run ?? null,
      how.by ?? null,
      how.text ?? how.reason ?? null,
    ],
  );
  if (rowCount !== 1) throw new Error(`${task} ${key}: its row in export.unit vanished`);
}

/** Something that happened to a unit. */
export interface LedgerEvent {
  at: string;
  what: string;
  by: string | null;
  run: string | null;
  text: string | null;
}

/** What happened to a unit, in order. */
export async function readEvents(db: Db, task: string, key: string): Promise<LedgerEvent[]> {
  const { rows } = await db.query<Omit<LedgerEvent, 'at'> & { at: Date }>(
    'select at, what, by, run, text from export.event where task = $1 and key = $2 order by id',
    [task, key],
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
