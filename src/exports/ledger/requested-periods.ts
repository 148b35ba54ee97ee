import { localDate, type Calendar } from '../../task/calendar.ts';
import { CommandRejected } from '../../task/command-rejected.ts';
import { isDate, isMonth, monthsFrom } from '../../time/dates.ts';
import type { CheckedTarget } from '../api/target.ts';
import { tickDays, periodAbout, periodOn, type Period } from '../period.ts';
import { openPeriod, type Db, type PeriodRow, type PeriodState } from './periods.ts';

/** What somebody asks for: one day, month or operation, or the days of a span; nothing of it: today's. */
export interface Request {
  day?: unknown;
  month?: unknown;
  operation?: unknown;
  from?: unknown;
  to?: unknown;
  force?: unknown;
}

const MOST_PERIODS = 1_000;

/**
 * The periods that a request means.
 * @throws {CommandRejected} naming what was given and what was expected.
 */
export function periodsRequested(
  request: Request,
  target: CheckedTarget,
  calendar: Calendar,
  now: Date,
): Period[] {
  const { period: type, timezone } = target;
  const today = localDate(timezone, now);
  const { day, month, operation, from, to } = request;
  refuseOthers(request, type);
  if (type === 'operation') {
    if (typeof operation !== 'string' || operation.trim() === '' || operation.length > 200)
      throw new CommandRejected(
        'it is made at the end of an operation: say of which, with --operation <segment>',
      );
    if (/[\p{Cc}/\\]/u.test(operation))
      throw new CommandRejected(
        `${JSON.stringify(operation)} is no segment: it becomes a part of a file's name`,
      );
    return [{ type: type, businessDay: today, operation: operation.trim() }];
  }
  const notLater = (period: Period, given: unknown) => {
    if (period.businessDay > today)
      throw new CommandRejected(
        `${String(given)} is not over: it is due on ${period.businessDay}, and today is ${today}`,
      );
    return period;
  };
  if (from !== undefined || to !== undefined) return spanRequested(from, to, type, calendar, today);
  if (type === 'month') {
    if (month === undefined) return [periodOn('month', today)];
    if (!isMonth(month))
      throw new CommandRejected(`${JSON.stringify(month)} is no month; expected one such as 2026-10`);
    return [notLater(periodAbout(month), month)];
  }
  if (day === undefined) return [periodOn('day', today)];
  if (!isDate(day))
    throw new CommandRejected(`${JSON.stringify(day)} is no day; expected one such as 2026-11-20`);
  return [notLater(periodOn('day', day), day)];
}

function refuseOthers(request: Request, type: CheckedTarget['period']): void {
  const own = { day: ['day', 'from', 'to'], month: ['month', 'from', 'to'], operation: ['operation'] }[type];
  for (const name of ['day', 'month', 'operation', 'from', 'to'] as const)
    if (request[name] !== undefined && !own.includes(name))
      throw new CommandRejected(
        `it is made once ${type === 'operation' ? 'an operation' : `a ${type}`}: expected --${own[0]}, not --${name}`,
      );
}

/** Of a month the days from its first on count: `--from 2026-09-01 --to 2026-10-31` are two months. */
function spanRequested(
  from: unknown,
  to: unknown,
  type: 'day' | 'month',
  calendar: Calendar,
  today: string,
): Period[] {
  if (!isDate(from) || !isDate(to))
    throw new CommandRejected(
      `expected --from and --to, both days such as 2026-11-01; got ${JSON.stringify(from)} and ${JSON.stringify(to)}`,
    );
  if (from > to) throw new CommandRejected(`--from ${from} is later than --to ${to}`);
  const periods =
    type === 'day'
      ? tickDays(calendar, from, to < today ? to : today).map((day) => periodOn('day', day))
      : monthsFrom(from.slice(0, 7), to.slice(0, 7))
          .map(periodAbout)
          .filter(({ businessDay }) => businessDay <= today);
  if (periods.length > MOST_PERIODS)
    throw new CommandRejected(`that is ${periods.length} files; expected at most ${MOST_PERIODS} at once`);
  if (periods.length === 0)
    throw new CommandRejected(`none is due from ${from} to ${to}${to > today ? ` (today is ${today})` : ''}`);
  return periods;
}

/** Why what is there already is not made again, and what else may be done; undefined: it may be asked for. */
function settled({ key, state, changedAt, reason }: PeriodRow): string | undefined {
  const words: Partial<Record<PeriodState, string>> = {
    delivered: `${key} was delivered ${changedAt}; --force makes and delivers it again`,
    held: `${key} is held: ${reason}; release or discard it, or make it anew with --force`,
    unknown: `nobody knows whether ${key} arrived; confirm or redeliver it, or make it anew with --force`,
    failed: `${key} was refused: ${reason}; redeliver or discard it, or make it anew with --force`,
    discarded: `${key} was discarded: ${reason ?? 'without a reason'}; --force makes it anew`,
  };
  return words[state];
}

/**
 * Notes that these periods are asked for; the next run makes them, whatever the hour. What is there already stays as it is, unless it is forced: then
 * the next edition is made, and that is written down.
 * @throws {CommandRejected} when nothing is left to be made.
 */
export async function askFor(
  db: Db,
  task: string,
  periods: readonly Period[],
  { by, force }: { by: string; force: boolean },
): Promise<string[]> {
  const asked: string[] = [];
  let refusal: string | undefined;
  for (const period of periods) {
    const row = await openPeriod(db, task, period);
    const words = force ? undefined : settled(row);
    if (words === undefined) {
      await note(db, task, row, by, force);
      asked.push(row.key);
    } else refusal ??= words;
  }
  if (asked.length === 0)
    throw new CommandRejected(
      periods.length === 1 ? refusal! : `all ${periods.length} are there already: ${refusal}`,
    );
  return asked;
}

async function note(
  db: Db,
  task: string,
  { key, edition, state }: PeriodRow,
  by: string,
  force: boolean,
): Promise<void> {
  // A file of this edition is there, or is being made: the next one gets a number of its own.
  await db.query(
    `with asked as (
       update export.period u set requested_by = $3, changed_at = clock_timestamp(),
         edition = case when $4 and exists (select from export.file f where (f.task, f.key, f.edition) = (u.task, u.key, u.edition))
                        then edition + 1 else edition end,
         state = case when $4 or state = 'missed' then 'due' else state end,
         reason = case when $4 then null else reason end
       where task = $1 and key = $2 returning 1)
     insert into export.event (task, key, what, by, text) select $1, $2, $5, $3, $6 from asked`,
    [task, key, by, force, force ? 'forced' : 'asked for', force ? `was ${state}, edition ${edition}` : null],
  );
}
