import { withFolderLock } from '../../intake/folder-lock.ts';
import type { Report, WorkContext } from '../../task/kind.ts';
import { MetadataReader } from '../metadata/exiftool.ts';
import { needDatabox } from '../model/databox.ts';
import { syncLibrary } from '../model/sync.ts';
import { OriginalStore } from '../originals/store.ts';
import { storageFolder } from '../library-settings.ts';
import { claim, listClaims, type Claim } from './claim-batch.ts';
import { finish } from './finish-batch.ts';
import { prepareFolders } from './batch-folders.ts';
import { forget } from './forget.ts';
import { openBatch, readBatch, readCounts } from './batch-ledger.ts';
import { waitingBatches } from './poll-drop.ts';
import { mendClaims, putBack } from './recover-batches.ts';
import { rehearse } from './rehearse-batch.ts';
import { batchFolders, type BatchSettings, type Folders } from './batch-settings.ts';
import { closedBatches, stableBatches } from './stable-batches.ts';
import { foldersOf, isDue, isMarked, isReady, lookAt, survey, type Waiting } from './survey-drop.ts';
import type { TakeContext } from './batch-context.ts';
import { take } from './take.ts';
import { checkTakenBatches, ReturnedFiles } from './watch-batch.ts';
import { librarySection } from '../library-settings.ts';

/**
 * Takes the batches of the drop into the library (docs/library.md), one after the other, the oldest
 * first; those that say themselves that they are complete come before those that have to be looked at twice. What a
 * killed run left comes first of all. With `options.tmp` it only tells what it would take.
 *
 * Throws when the database, a disk or the storage fails, and the signal's reason when it is aborted; a batch that makes
 * no sense, or a file that cannot be taken, is no reason to.
 */
export async function uploadBatches(ctx: WorkContext<BatchSettings>): Promise<Report> {
  const folders = batchFolders(ctx.config.root, ctx.settings);
  const blockedBy = prepareFolders(folders);
  if (blockedBy !== undefined) return { outcome: 'waiting', counts: {}, changed: false, note: blockedBy };
  if (ctx.options.tmp) return rehearse(folders, ctx.settings);
  const report = await withFolderLock(ctx.db, 'library.drop', folders.drop, () => uploadFrom(ctx, folders));
  if (report) return report;
  const note = `another run takes batches from ${folders.drop}`;
  return { outcome: 'waiting', counts: {}, changed: false, note };
}

async function uploadFrom(ctx: WorkContext<BatchSettings>, folders: Folders): Promise<Report> {
  const reader = new MetadataReader();
  try {
    await syncLibrary(ctx.db, librarySection.of(ctx.config));
    const { settings, config } = ctx;
    const ingest = {
      databox: await needDatabox(ctx.db, settings.databox),
      store: new OriginalStore(storageFolder(config.root, librarySection.of(config))),
      reader,
      checks: settings.checks,
      embedded: settings.embedded,
    };
    return await new UploadRun({ ...ctx, folders, ingest, returned: new ReturnedFiles() }).start();
  } finally {
    await reader.close();
  }
}

class UploadRun {
  private readonly ctx: TakeContext;
  /** Folders of the drop that have had their turn, or will. */
  private readonly seen = new Set<string>();

  constructor(ctx: TakeContext) {
    this.ctx = ctx;
  }

  async start(): Promise<Report> {
    const { ctx } = this;
    const { db, folders, task, run, settings, config } = ctx;
    await mendClaims(db, folders, task, run);
    await putBack(db, folders, task);
    await checkTakenBatches(ctx);
    await ctx.returned.read(db, task);
    const finished = await this.takeAll();
    if (finished) await forget(db, task, config.keepRuns, settings);
    const counts = await readCounts(db, run);
    const changed = (counts['records'] ?? 0) + (counts['quarantined'] ?? 0) > 0;
    return {
      outcome: !finished ? 'stopped' : changed || counts['batches']! > 0 ? 'done' : 'idle',
      counts,
      changed,
      waiting: waitingBatches(await survey(folders.drop, settings), folders, settings),
    };
  }

  /** False when the operator stopped it. */
  private async takeAll(): Promise<boolean> {
    const { folders, settings, signal } = this.ctx;
    for (const left of listClaims(folders.work)) if (!(await this.takeClaim(left))) return false;
    const waiting = await survey(folders.drop, settings);
    for (const { name } of waiting) this.seen.add(name);
    const ready = waiting.filter((batch) => isReady(batch, settings));
    const closed = await closedBatches(folders.drop, ready);
    for (const { name } of ready.filter((batch) => !closed.includes(batch)))
      this.ctx.trace(`${name}: a program has a file of it open for writing`);
    if (!(await this.takeEach(closed))) return false;
    const others = waiting.filter((batch) => isDue(batch, settings) && !isReady(batch, settings));
    this.ctx.progress({ step: 'checking whether batches are complete', total: others.length });
    const complete = await stableBatches(folders.drop, others, settings.stableFor, signal);
    if (complete.length < others.length)
      this.ctx.trace(`${others.length - complete.length} batches are still being written`);
    return this.takeEach(complete);
  }

  private async takeEach(batches: readonly Waiting[]): Promise<boolean> {
    for (const batch of batches) {
      if (!(await this.takeMarked()) || !(await this.takeOne(batch))) return false;
    }
    return this.takeMarked();
  }

  /** Batches that came meanwhile and are complete by their own word: over HTTP somebody waits for the answer. */
  private async takeMarked(): Promise<boolean> {
    const { folders, settings } = this.ctx;
    for (const name of foldersOf(folders.drop, settings).batches) {
      if (this.seen.has(name) || !isMarked(folders.drop, name, settings)) continue;
      this.seen.add(name);
      for (const batch of await lookAt(folders.drop, name, settings))
        if (isReady(batch, settings) && !(await this.takeOne(batch))) return false;
    }
    return true;
  }

  private async takeOne(batch: Waiting): Promise<boolean> {
    const { ctx } = this;
    ctx.signal.throwIfAborted();
    if (await ctx.shouldStop()) return false;
    const claimed = await claim(ctx.db, ctx.folders, ctx.task, batch, ctx.settings);
    if (claimed) return take(ctx, claimed);
    ctx.trace(`${batch.name}: gone from the drop, or the same batch is being taken already`);
    return true;
  }

  /** Goes on with a batch of a run that was cut off. */
  private async takeClaim(left: Claim): Promise<boolean> {
    const { ctx } = this;
    ctx.trace(`${left.name}: a run that was cut off had begun it`);
    const row = await readBatch(ctx.db, left.id);
    if (row && row.state !== 'open') {
      await finish(ctx, left);
      return true;
    }
    if (await ctx.shouldStop()) return false;
    // Its row may be forgotten, or lost with a database of yesterday.
    if (!row) await openBatch(ctx.db, { ...left, task: ctx.task });
    return take(ctx, left);
  }
}
