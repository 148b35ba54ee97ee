import { localDate } from '../../task/calendar.ts';
import { messageOf, PermanentError } from '../../task/errors.ts';
import type { Report } from '../../task/kind.ts';
import { described, type ExportRun } from '../described.ts';
import {
  openPeriod,
  readRequested,
  readPeriod,
  readPeriods,
  setRequestedBy,
  transition,
  type PeriodRow,
} from '../ledger/periods.ts';
import { calendarOf } from '../period.ts';
import { choosePeriods, nextTry, type Chosen } from './choose.ts';
import { deliverPeriod } from './deliver-period.ts';
import { flagOf } from './flag-of.ts';
import { makePeriod } from './make-period.ts';

/** Periods that no run makes again by itself: somebody has them, or an operator decides. */
const SETTLED = new Set(['delivered', 'held', 'unknown', 'failed', 'discarded']);

/**
 * One run of an export: makes and delivers what it is for, each once. Everything is in the ledger before and after each step, so that a run that was
 * killed goes on where it was. One period that fails does not stop the others; the run fails at its end with what went wrong.
 * @throws {PermanentError} `BrokenExport`, `ExportFailed`, `Missed`, `NotDelivered`: a later tick of the schedule tries again.
 */
export async function runExport(ctx: ExportRun, now = Date.now): Promise<Report> {
  if (ctx.options.tmp)
    throw new PermanentError(
      'NoRehearsal',
      `an export is rehearsed by \`regie export run ${ctx.task} --dry-run\`, which delivers nothing`,
    );
  const counts: Record<string, number> = { produced: 0, delivered: 0, held: 0, failed: 0, missed: 0 };
  let description;
  try {
    description = await described(ctx);
  } catch (error) {
    // What is made already needs no module to be delivered.
    await deliverMade(ctx, counts);
    throw error;
  }
  const calendar = calendarOf(description.target);
  const errors: Error[] = [];
  const periods = await choosePeriods(
    ctx,
    description.target,
    calendar,
    now(),
    await readRequested(ctx.db, ctx.task),
  );
  let stopped = false;
  for (const chosen of periods) {
    ctx.signal.throwIfAborted();
    if ((stopped = await ctx.shouldStop())) break;
    try {
      await concludePeriod(ctx, description, chosen, counts, now);
    } catch (error) {
      if (ctx.signal.aborted || !(error instanceof PermanentError)) throw error;
      errors.push(error);
    }
    // Dealt with, well or not; what failed is told, and asked for again if it is wanted.
    if (chosen.requested) await setRequestedBy(ctx.db, ctx.task, chosen.row.key, null);
  }
  if (errors.length > 0) throw oneOf(errors);
  const made = counts['produced']! + counts['delivered']! + counts['held']!;
  return {
    outcome: stopped ? 'stopped' : made > 0 ? 'done' : 'idle',
    counts: Object.fromEntries(Object.entries(counts).filter(([name, n]) => n > 0 || name === 'delivered')),
    changed: made > 0,
  };
}

/** Delivers files that are made: those that somebody asked for, and that of the tick's date. */
async function deliverMade(ctx: ExportRun, counts: Record<string, number>): Promise<void> {
  const today = ctx.tickOf && localDate(ctx.tickOf.timezone, ctx.nominal);
  const rows = await readPeriods(
    ctx.db,
    ctx.task,
    "state = 'produced' and (requested_by is not null or business_day = $2)",
    [today ?? null],
  );
  for (const row of rows) {
    try {
      await deliverPeriod(ctx, row, { counts, again: undefined });
    } catch (error) {
      // The ledger has it; the run fails with the module's fault, which is to be mended first.
      if (ctx.signal.aborted || !(error instanceof PermanentError)) throw error;
    }
    await setRequestedBy(ctx.db, ctx.task, row.key, null);
  }
}

/** Brings one period as far as it goes: missed, made, given its name, delivered. */
async function concludePeriod(
  ctx: ExportRun,
  description: Awaited<ReturnType<typeof described>>,
  { row: chosen, explicit, late }: Chosen,
  counts: Record<string, number>,
  now: () => number,
): Promise<void> {
  const { task, run } = ctx;
  let row: PeriodRow =
    (await readPeriod(ctx.db, task, chosen.key)) ?? (await openPeriod(ctx.db, task, chosen));
  if (SETTLED.has(row.state)) return;
  if (row.state === 'missed' && !explicit) return;
  if (late) {
    counts['missed']! += 1;
    const reason = 'no worker ran it before its hours were over';
    await transition(ctx.db, task, row.key, 'missed', { what: 'missed', reason, run });
    throw new PermanentError(
      'Missed',
      `${row.key} is missed: ${reason}; \`regie export run ${task} ${flagOf(row)}\` makes it`,
    );
  }
  if (row.state !== 'produced') row = await makePeriod(ctx, description, row, { explicit, counts, now });
  if (row.state === 'produced')
    await deliverPeriod(ctx, row, { counts, again: nextTry(description, row, now) });
}

function oneOf(errors: readonly Error[]): Error {
  const [first] = errors;
  if (errors.length === 1) return first!;
  const texts = errors.slice(0, 5).map(messageOf);
  const rest = errors.length > texts.length ? `; and ${errors.length - texts.length} more` : '';
  return new PermanentError(
    first instanceof PermanentError ? first.type : 'ExportFailed',
    `${errors.length} of them failed: ${texts.join('; ')}${rest}`,
  );
}
