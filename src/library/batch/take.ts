import { identify } from '../../intake/file-identity.ts';
import { writeGroup } from '../../intake/refused-rows.ts';
import { inTransaction } from '../../store/transaction.ts';
import type { Who } from '../ingest/arrival.ts';
import { commit } from '../ingest/commit.ts';
import { groupsOf, sortEntries, type Candidate, type Failed } from './candidates.ts';
import { carryOver } from './carry-over.ts';
import type { Claim } from './claim-batch.ts';
import { close } from './close-batch.ts';
import { contentsOf, unnamedIn } from './contents.ts';
import type { TakeContext } from './batch-context.ts';
import { userOf } from './batch-destination.ts';
import { keep, type Kept } from './keep.ts';
import { writeFiles, type FileRow } from './batch-ledger.ts';
import { findManifest } from './manifest/find-manifest.ts';
import { shown, type Entry } from './manifest/manifest.ts';

/**
 * Takes the files of a claimed batch, group by group, each in one transaction with its ledger rows, and closes the
 * batch. Files of which a row says already what became of them are not taken again. Gives false when an operator
 * stopped it before it was closed. Throws when the database or the storage fails; a file that cannot be taken is no
 * reason to.
 */
export async function take(ctx: TakeContext, claim: Claim): Promise<boolean> {
  const { settings } = ctx;
  const contents = await contentsOf(claim.folder);
  const found = findManifest(claim.folder, contents.top, settings.maxFiles);
  if (found.state === 'missing') {
    await close(ctx, claim, { refused: 'it has no manifest; expected a manifest.xml or manifest.json' });
    return true;
  }
  if (found.state === 'faulty') {
    await close(ctx, claim, { refused: found.fault.message });
    return true;
  }
  const { manifest, file } = found;
  const by = userOf(manifest, settings);
  if (by === undefined) {
    await close(ctx, claim, {
      refused: `${file}: it does not say who sends the batch; expected a \`user\``,
    });
    return true;
  }
  const decided = await carryOver(ctx.db, claim, manifest, contents);
  const { good, failed } = sortEntries(
    manifest.entries.filter(({ index }) => !decided.has(index)),
    { claim, manifest, contents, databox: ctx.ingest.databox, settings },
  );
  const who = { task: ctx.task, run: ctx.run, by };
  let done = decided.size + (await write(ctx, claim, who, { prepared: [], failed }));
  for (const group of groupsOf(good, settings)) {
    ctx.signal.throwIfAborted();
    if (await ctx.shouldStop()) return false;
    done += await takeGroup(ctx, claim, who, group);
    ctx.progress({ step: `taking batch ${claim.name}`, done, total: manifest.entries.length });
  }
  await close(ctx, claim, { by, unnamed: unnamedIn(contents, manifest.entries, file) });
  return true;
}

/** Takes files together; what the database refuses fails alone. Gives how many there were. */
async function takeGroup(
  ctx: TakeContext,
  claim: Claim,
  who: Who,
  group: readonly Candidate[],
): Promise<number> {
  const seen = group.map((each) => ({ ...each, seen: identify(each.arrival.file) }));
  const { prepared, failed } = await keep(ctx.ingest, seen, ctx.signal);
  for (const { candidate, prepared: file } of prepared) {
    const record = ctx.returned.recordOf(claim.id, candidate.seen);
    if (record !== undefined) file.arrival.replaces = { record };
  }
  await write(ctx, claim, who, { prepared: [], failed });
  await writeGroup(
    {
      async write(files) {
        await write(ctx, claim, who, { prepared: files, failed: [] });
      },
      async refuse({ candidate: { entry } }, reason) {
        await write(ctx, claim, who, { prepared: [], failed: [{ entry, reason }] });
      },
    },
    prepared,
  );
  if (prepared.length > 0) ctx.changed();
  return group.length;
}

/** Writes records, rows of quarantine, and what became of each file, in one transaction. Gives how many there were. */
async function write(
  ctx: TakeContext,
  claim: Claim,
  who: Who,
  { prepared, failed }: Readonly<Kept>,
): Promise<number> {
  if (prepared.length + failed.length === 0) return 0;
  const rows = await inTransaction(ctx.db, async () => {
    const dispositions = await commit(
      ctx.db,
      ctx.ingest,
      prepared.map((each) => each.prepared),
      who,
    );
    const taken = prepared.map(({ candidate, prepared: { original, unknown } }, at): FileRow => {
      const disposition = dispositions[at]!;
      return {
        ...rowOf(ctx, candidate.entry),
        ...original,
        ...(candidate.seen
          ? { mtimeNs: candidate.seen.mtimeNs.toString(), inode: candidate.seen.inode.toString() }
          : {}),
        disposition: disposition.what,
        ...(disposition.what === 'record'
          ? { record: disposition.record }
          : { quarantine: disposition.quarantine }),
        unknown: unknown.map(shown),
      };
    });
    const all = [...taken, ...failed.map((each) => failedRow(ctx, each))];
    await writeFiles(ctx.db, claim.id, all);
    return all;
  });
  if (ctx.traced) for (const row of rows) ctx.trace(`${claim.name}: ${describe(row)}`);
  return rows.length;
}

const rowOf = ({ run }: TakeContext, { index, path, name }: Entry) => ({ index, path, name, run });

const failedRow = (ctx: TakeContext, { entry, reason }: Failed): FileRow => ({
  ...rowOf(ctx, entry),
  disposition: 'failed',
  reason,
});

function describe({ index, name, disposition, record, quarantine, reason }: FileRow): string {
  const became = { record: `record ${record}`, quarantine: `quarantine ${quarantine}`, failed: reason };
  return `file ${index}, ${name}: ${became[disposition]}`;
}
