import { endOfTicks, localDate, type Calendar } from '../../task/calendar.ts';
import { addDays } from '../../time/dates.ts';
import type { CheckedTarget } from '../api/target.ts';
import { tickDays, periodKey, periodOn } from '../period.ts';
import { openPeriod, readPeriods, transition, type Db, type PeriodRow, type PeriodState } from './periods.ts';

/** The ledger starts with the first business day whose hours are not over: days before it are not due. */
export async function startLedger(db: Db, task: string, calendar: Calendar, now: number): Promise<void> {
  const today = localDate(calendar.timezone, new Date(now));
  const since = endOfTicks(calendar, today).getTime() > now ? today : addDays(today, 1);
  await db.query('insert into export.ledger_start (task, since) values ($1, $2) on conflict do nothing', [
    task,
    since,
  ]);
}

/**
 * Writes down as missed each business day since the ledger's start whose hours are over without a file: days on which no worker
 * lived too. May be repeated, by any number of workers.
 * @returns the keys that are missed from now on.
 */
export async function markMissed(
  db: Db,
  task: string,
  { period: type }: CheckedTarget,
  calendar: Calendar,
  now: number,
): Promise<string[]> {
  if (type === 'operation') return [];
  const { rows } = await db.query<{ since: string }>(
    'select since from export.ledger_start where task = $1',
    [task],
  );
  const since = rows[0]?.since;
  if (since === undefined) return [];
  const known = new Map(
    (await readPeriods(db, task, 'business_day >= $2', [since])).map((row) => [row.key, row]),
  );
  const missed: string[] = [];
  const today = localDate(calendar.timezone, new Date(now));
  for (const day of tickDays(calendar, since, today)) {
    if (endOfTicks(calendar, day).getTime() + LATE_MS > now) continue;
    const period = periodOn(type, day);
    const found = known.get(periodKey(period));
    // What is asked for, or being made, is not over: `endAbandoned` sees to what nobody makes any more.
    if (found && (found.state !== 'due' || found.requestedBy !== null)) continue;
    const row = await openPeriod(db, task, period);
    // Somebody may have begun with it meanwhile.
    if (row.state !== 'due' || row.requestedBy !== null) continue;
    const reason = found?.reason ?? 'nothing ran in its hours: no worker was there, or the task was stopped';
    await transition(db, task, periodKey(period), 'missed', { what: 'missed', reason });
    missed.push(periodKey(period));
  }
  return missed;
}

/** A tick at the end of the last hour may still be on its way to a worker, ms. */
const LATE_MS = 60_000;

/** A run stands in the run ledger from its first moment; one that does not after this time, ms, was forgotten there. */
const FORGOTTEN_MS = 10 * 60_000;

/**
 * The period's run has ended, as the run ledger has it, and none of its name goes on. A run that was killed has not: it is tried again. The
 * engine ends those in the ledger whose workflow is lost.
 */
const ended = `not exists (select from regie.run r where r.task = period.task and r.id = period.run and r.ended_at is null)
  and (exists (select from regie.run r where r.task = period.task and r.id = period.run)
       or changed_at < to_timestamp($2::float8 / 1000))`;

/**
 * Periods whose run was cancelled or terminated while it made or delivered them: the ledger must not call them `running` for ever, nor be
 * silent about a file that no run brings to anybody. Such a day is due again while its hours last, and missed after that; nobody asks for it any
 * more. May be repeated, by any number of workers.
 * @returns the keys that it told of.
 */
export async function endAbandoned(db: Db, task: string, calendar: Calendar, now: number): Promise<string[]> {
  const rows = await readPeriods(
    db,
    task,
    `(state = 'running' or (state = 'produced' and reason is null and requested_by is null)) and ${ended}`,
    [now - FORGOTTEN_MS],
  );
  const told: string[] = [];
  for (const row of rows) if (await end(db, task, row, nextState(row, calendar, now))) told.push(row.key);
  return told;
}

function nextState({ state, type, businessDay }: PeriodRow, calendar: Calendar, now: number): PeriodState {
  if (state === 'produced') return 'produced';
  return type === 'operation' || now < endOfTicks(calendar, businessDay).getTime() ? 'due' : 'missed';
}

/** Only while it is as it was read: another run may have begun with it. */
async function end(db: Db, task: string, row: PeriodRow, state: PeriodState): Promise<boolean> {
  const reason = `its run ended before it was ${row.state === 'produced' ? 'delivered' : 'made'}: it was stopped, cancelled or given up`;
  const { rowCount } = await db.query(
    `with turned as (
       update export.period set state = $5, reason = $6, requested_by = null, changed_at = clock_timestamp()
       where task = $1 and key = $2 and state = $3 and run = $4 returning task, key, run)
     insert into export.event (task, key, what, run, text) select task, key, 'abandoned', run, $6 from turned`,
    [task, row.key, row.state, row.run, state, reason],
  );
  return rowCount === 1;
}
