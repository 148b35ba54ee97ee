import type { ClientBase, Pool } from 'pg';
import { periodKey, type Period } from '../period.ts';

export type Db = Pool | ClientBase;

/**
 * How far a period is. `produced`: its file is made, and not with everybody yet. `failed`: somebody's server refused it for good.
 * `unknown`: nobody knows whether it arrived. An operator decides about `held`, `failed` and `unknown`.
 */
export type PeriodState =
  'due' | 'running' | 'produced' | 'held' | 'delivered' | 'failed' | 'unknown' | 'missed' | 'discarded';

/** A row of the ledger: one business day, month or operation of an export. */
export interface PeriodRow extends Period {
  key: string;
  state: PeriodState;
  edition: number;
  reason: string | null;
  attempts: number;
  requestedBy: string | null;
  run: string | null;
  changedAt: string;
}

const columns = `key, type, business_day as "businessDay", operation, state, edition, reason, attempts,
  requested_by as "requestedBy", run, changed_at as "changedAt"`;

interface Raw extends Omit<PeriodRow, 'operation' | 'changedAt'> {
  operation: string | null;
  changedAt: Date;
}

function rowOf({ operation, changedAt, ...raw }: Raw): PeriodRow {
  return { ...raw, changedAt: changedAt.toISOString(), ...(operation === null ? {} : { operation }) };
}

/** Rows of an export, by business day; `where` on the table's columns, its parameters from `$2` on. */
export async function readPeriods(
  db: Db,
  task: string,
  where = 'true',
  parameters: readonly unknown[] = [],
): Promise<PeriodRow[]> {
  const { rows } = await db.query<Raw>(
    `select ${columns} from export.period where task = $1 and (${where}) order by business_day, key`,
    [task, ...parameters],
  );
  return rows.map(rowOf);
}

export async function readPeriod(db: Db, task: string, key: string): Promise<PeriodRow | undefined> {
  return (await readPeriods(db, task, 'key = $2', [key]))[0];
}

/** Periods that somebody has asked for and no run has dealt with. */
export function readRequested(db: Db, task: string): Promise<PeriodRow[]> {
  return readPeriods(db, task, 'requested_by is not null');
}

/** Notes who asked for a period: the next run deals with it; null when it is dealt with. */
export async function setRequestedBy(db: Db, task: string, key: string, by: string | null): Promise<void> {
  await db.query('update export.period set requested_by = $3 where task = $1 and key = $2', [task, key, by]);
}

/** The row that a period would have: whoever only looks writes nothing down. */
export function unopened(period: Period): PeriodRow {
  const now = new Date().toISOString();
  return {
    ...period,
    key: periodKey(period),
    state: 'due',
    edition: 1,
    reason: null,
    attempts: 0,
    requestedBy: null,
    run: null,
    changedAt: now,
  };
}

/** The period's row; made, as due, when there is none. */
export async function openPeriod(db: Db, task: string, period: Period): Promise<PeriodRow> {
  const key = periodKey(period);
  await db.query(
    `insert into export.period (task, key, type, business_day, operation) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [task, key, period.type, period.businessDay, period.operation ?? null],
  );
  return (await readPeriod(db, task, key))!;
}

/** What a state's row and its event say beside the state. */
export interface Transition {
  what: string;
  reason?: string | null;
  by?: string;
  run?: string;
  /** For the event, where it says more than the reason. */
  text?: string;
}

/** Brings a period into a state, and writes down why: one statement, so that the two never differ. */
export async function transition(
  db: Db,
  task: string,
  key: string,
  state: PeriodState,
  how: Transition,
): Promise<void> {
  const { rowCount } = await db.query(
    `with changed as (
       update export.period set state = $3, reason = $4, run = coalesce($6, run), changed_at = clock_timestamp()
       where task = $1 and key = $2 returning task, key)
     insert into export.event (task, key, what, by, run, text)
     select task, key, $5, $7, $6, $8 from changed`,
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
  if (rowCount !== 1) throw new Error(`${task} ${key}: its row in export.period vanished`);
}

/** Something that happened to a period. */
export interface LedgerEvent {
  at: string;
  what: string;
  by: string | null;
  run: string | null;
  text: string | null;
}

/** What happened to a period, in order. */
export async function readEvents(db: Db, task: string, key: string): Promise<LedgerEvent[]> {
  const { rows } = await db.query<Omit<LedgerEvent, 'at'> & { at: Date }>(
    'select at, what, by, run, text from export.event where task = $1 and key = $2 order by id',
    [task, key],
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
