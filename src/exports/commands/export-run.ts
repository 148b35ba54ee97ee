import { UsageError } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { findExport, type RunFlags } from './exports.ts';

/** `regie export run` and `backfill`: the ledger takes what is asked for, then a run makes it. */
export async function runExport(session: Session, name: string, flags: RunFlags): Promise<void> {
  const { wait, dryRun, rows, ...options } = flags;
  if (dryRun) {
    const { rehearse } = await import('./export-dry-run.ts');
    return rehearse(session, name, flags);
  }
  if (rows !== undefined)
    throw new UsageError('--rows goes with --dry-run: a file that is delivered has all its rows.');
  await session.askRun(await findExport(session, name), options, wait === true);
}
