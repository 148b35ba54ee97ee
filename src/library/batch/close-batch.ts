import { inTransaction } from '../../store/transaction.ts';
import type { Claim } from './claim-batch.ts';
import type { TakeContext } from './batch-context.ts';
import { chooseTarget, finish } from './finish-batch.ts';
import { closeBatch, readBatch, readFiles, type FileRow } from './batch-ledger.ts';
import { resolveById } from '../../incidents/write-incidents.ts';
import { openBatchIncident } from './batch-incidents.ts';

/** How a batch ends: all that could be taken is, or why nothing of it was. */
type Ending = { by: string; unnamed: string[] } | { refused: string };

/** Failed files that an incident names. */
const MOST_NAMED = 3;

/** Closes a batch, with an incident when something of it failed, and moves its folder to where it belongs. */
export async function close(ctx: TakeContext, claim: Claim, ending: Ending): Promise<void> {
  const { db, task, run, folders } = ctx;
  const { id, name } = claim;
  await inTransaction(db, async () => {
    await ctx.returned.close(db, task, id);
    const row = await readBatch(db, id);
    const before = row?.incident ?? null;
    const files = await readFiles(db, id);
    const fault = faultOf(ending, files);
    const state = fault ? 'failed' : 'done';
    const target = chooseTarget(folders, state, name);
    let incident = before;
    if (fault)
      incident = await openBatchIncident(
        db,
        before,
        { task, run },
        {
          subject: name === id ? name : `${name} (${id})`,
          what: fault.what,
          reason: `batch ${name}: ${fault.reason}`,
          kept: target,
        },
      );
    else await resolveById(db, [before]);
    const how = 'refused' in ending ? { reason: ending.refused } : ending;
    await closeBatch(db, id, { ...how, state, run, incident, target });
  });
  if (ctx.traced) ctx.trace(`${name}: closed`);
  await finish(ctx, claim);
}

function faultOf(ending: Ending, files: readonly FileRow[]): { what: string; reason: string } | undefined {
  if ('refused' in ending) return { what: 'refused', reason: ending.refused };
  const failed = files.filter(({ disposition }) => disposition === 'failed');
  if (failed.length === 0) return undefined;
  const named = failed
    .slice(0, MOST_NAMED)
    .map(({ index, name, reason }) => `file ${index}, ${name}: ${reason}`);
  const others = failed.length > MOST_NAMED ? `; and ${failed.length - MOST_NAMED} more` : '';
  return {
    what: 'failed-files',
    reason: `${failed.length} of ${files.length} files failed: ${named.join('; ')}${others}`,
  };
}
