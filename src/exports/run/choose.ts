import { endOfTicks, localDate, nextTickOf, type Calendar } from '../../task/calendar.ts';
import type { CheckedTarget } from '../api/target.ts';
import type { ExportRun } from '../described.ts';
import type { Description } from '../host/job.ts';
import { readPeriod, unopened, type PeriodRow } from '../ledger/periods.ts';
import { periodKey, periodOn, calendarOf } from '../period.ts';

/** A period that a run is for. */
export interface Chosen {
  row: PeriodRow;
  /** Somebody asked for it, or the schedule was triggered or backfilled: its hours do not matter. */
  explicit: boolean;
  /** A tick that came in time was begun after its hours were over. */
  late: boolean;
  /** It stands in the ledger as asked for. */
  requested: boolean;
}

/**
 * What a run is for: `requests`, the periods that were asked for, and, where a tick or a trigger of the schedule started it, the period of its nominal time's local date. Never the
 * clock of the moment: a run that is late makes what it was due to make (docs/exports.md).
 */
export async function choosePeriods(
  ctx: Pick<ExportRun, 'db' | 'task' | 'options' | 'nominal' | 'started' | 'tickOf' | 'run'>,
  { period: type, timezone }: CheckedTarget,
  calendar: Calendar,
  now: number,
  requests: readonly PeriodRow[],
): Promise<Chosen[]> {
  const { db, task, nominal, tickOf } = ctx;
  const asked = requests.map((row): Chosen => ({ row, explicit: true, late: false, requested: true }));
  // A `run` brings its request with it; its moment is nothing more.
  const own = tickOf !== undefined || (ctx.options.by === undefined && asked.length === 0);
  if (!own || type === 'operation') return asked;
  const date = localDate(timezone, nominal);
  const period = periodOn(type, date);
  const key = periodKey(period);
  if (asked.some(({ row }) => row.key === key)) return asked;
  const end = endOfTicks(tickOf ?? calendar, date).getTime();
  // A backfill is started by the server when its hours are long over; a tick that waited for a worker was started in time.
  const explicit = !tickOf || (ctx.started?.getTime() ?? now) >= end;
  const found = await readPeriod(db, task, key);
  // A run that was killed while it made the file goes on with it, whatever the hour is by now.
  const goesOn = found?.state === 'running' && found.run === ctx.run;
  const late = !explicit && now >= end && !goesOn && found?.state !== 'produced';
  return [...asked, { row: found ?? unopened(period), explicit, late, requested: false }];
}

/** The next tick that makes or delivers a period by itself; undefined when its hours are over, or it has none. */
export function nextTry(
  { target }: Description,
  { businessDay }: PeriodRow,
  now: () => number,
): Date | undefined {
  const calendar = calendarOf(target);
  const next = nextTickOf(calendar, now());
  return next !== undefined && next < endOfTicks(calendar, businessDay) ? next : undefined;
}
