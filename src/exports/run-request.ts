import { inTransaction } from '../store/transaction.ts';
import { PermanentError } from '../task/errors.ts';
import type { TaskContext } from '../task/kind.ts';
import { CommandRejected } from '../task/command-rejected.ts';
import type { RunOptions } from '../task/status.ts';
import { described } from './described.ts';
import { askFor, periodsRequested } from './ledger/requested-periods.ts';
import type { ExportSettings } from './export-settings.ts';
import { calendarOf } from './period.ts';

/** Takes what a `run` asks for into the ledger: several that wait for one run must not be mixed. */
export async function request(
  ctx: TaskContext<ExportSettings>,
  options: RunOptions,
  by: string,
): Promise<void> {
  if (options.tmp)
    throw new CommandRejected(
      `an export is rehearsed by \`regie export run ${ctx.task} --dry-run\`, which delivers nothing`,
    );
  try {
    const { target } = await described(ctx);
    const periods = periodsRequested(options, target, calendarOf(target), new Date());
    await inTransaction(ctx.db, () =>
      askFor(ctx.db, ctx.task, periods, { by, force: options.force === true }),
    );
  } catch (error) {
    // The operator gets the sentence, and the task's log its line.
    throw error instanceof PermanentError ? new CommandRejected(error.message) : error;
  }
}
