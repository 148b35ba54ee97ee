import type { ClientBase } from 'pg';
import { inTransaction } from '../../store/transaction.ts';
import type { Arrival, Disposition, Prepared, Who } from './arrival.ts';
import { commit } from './commit.ts';
import { isPrepared, prepare, type IngestContext } from './prepare.ts';

/** A file whose copy or whose reading failed; nothing is written of it. */
export interface Failure {
  what: 'failed';
  error: unknown;
}

/**
 * Takes files in: a record or a row of quarantine for each, committed together. `withFates` writes the caller's own
 * rows in the same transaction. Gives what became of each, in their order; a file that cannot be read is a `failed` one.
 * The files stay where they are: whoever removes them does so after this.
 */
export async function ingest(
  db: ClientBase,
  context: IngestContext,
  arrivals: readonly Arrival[],
  who: Who,
  withFates?: (
    dispositions: readonly (Disposition | Failure)[],
    prepared: readonly (Prepared | undefined)[],
  ) => Promise<void>,
): Promise<(Disposition | Failure)[]> {
  const all = await prepare(context, arrivals);
  return inTransaction(db, async () => {
    const good = all.filter(isPrepared);
    const decided = await commit(db, context, good, who);
    const dispositionOf = new Map(good.map((each, index) => [each, decided[index]!]));
    const dispositions = all.map((each): Disposition | Failure =>
      isPrepared(each) ? dispositionOf.get(each)! : { what: 'failed', error: each.error },
    );
    await withFates?.(
      dispositions,
      all.map((each) => (isPrepared(each) ? each : undefined)),
    );
    return dispositions;
  });
}
