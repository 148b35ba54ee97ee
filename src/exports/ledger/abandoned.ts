import { endOfTicks, type Calendar } from '../../task/calendar.ts';
import { readUnits, type Db, type UnitRow, type UnitState } from './unit.ts';

/** The unit's run has ended, and none of its name goes on. A run that was killed has not: it is tried again. */
const ended = `exists (select from regie.run r where r.task = unit.task and r.id = unit.run)
  and not exists (select from regie.run r where r.task = unit.task and r.id = unit.run and r.ended_at is null)`;

/**
 * Units whose run was cancelled or terminated while it made or delivered them: the ledger must not call them `running` for ever, nor be
 * silent about a file that no run brings to anybody. Such a day is due again while its hours last, and missed after that; nobody asks for it any
 * more. May be repeated, by any number of workers.
 * @returns the keys that it told of.
 */
export async function endAbandoned(db: Db, task: string, calendar: Calendar, now: number): Promise<string[]> {
  const rows = await readUnits(
    db,
    task,
    `(state = 'running' or (state = 'produced' and reason is null and requested_by is null)) and ${ended}`,
  );
  const told: string[] = [];
  for (const row of rows) if (await end(db, task, row, nextState(row, calendar, now))) told.push(row.key);
  return told;
}

function nextState({ state, period, businessDay }: UnitRow, calendar: Calendar, now: number): UnitState {
  if (state === 'produced') return 'produced';
  return period === 'operation' || now < endOfTicks(calendar, businessDay).getTime() ? 'due' : 'missed';
}

/** Only while it is as it was read: another run may have begun with it. */
async function end(db: Db, task: string, row: UnitRow, state: UnitState): Promise<boolean> {
  const reason = `its run ended before it was ${row.state === 'produced' ? 'delivered' : 'made'}: it was stopped, cancelled or given up`;
  const { rowCount } = await db.query(
    `with turned as (
       update export.unit set state = $5, reason = $6, requested_by = null, changed_at = clock_timestamp()
       where task = $1 and key = $2 and state = $3 and run = $4 returning task, key, run)
     insert into export.event (task, key, what, run, text) select task, key, 'abandoned', run, $6 from turned`,
    [task, row.key, row.state, row.run, state, reason],
  );
  return rowCount === 1;
}
