import type { Poll, PollContext } from '../task/kind.ts';
import { described } from './described.ts';
import { readRequested } from './ledger/periods.ts';
import { choosePeriods } from './run/choose.ts';
import type { ExportSettings } from './export-settings.ts';
import { calendarOf } from './period.ts';

/** Is there anything to make or to deliver? A module that cannot be loaded is: its run tells what is wrong. */
export async function poll(ctx: PollContext<ExportSettings>): Promise<Poll> {
  const asked = await readRequested(ctx.db, ctx.task);
  if (asked.length > 0 || ctx.pending?.tmp) return { work: true };
  let target;
  try {
    ({ target } = await described(ctx));
  } catch {
    return { work: true };
  }
  const periods = await choosePeriods(
    { ...ctx, options: ctx.pending ?? {}, run: '' },
    target,
    calendarOf(target),
    Date.now(),
    asked,
  );
  return {
    work: periods.some(
      ({ row: { state }, explicit }) =>
        ['due', 'running', 'produced'].includes(state) || (state === 'missed' && explicit),
    ),
  };
}
