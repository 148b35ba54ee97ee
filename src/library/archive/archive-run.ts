import path from 'node:path';
import { identify, isSame } from '../../intake/file-identity.ts';
import { writeGroup } from '../../intake/refused-rows.ts';
import { forgetReturned } from '../../intake/watched-files.ts';
import { inTransaction } from '../../store/transaction.ts';
import { messageOf } from '../../task/errors.ts';
import type { Report, WorkContext } from '../../task/kind.ts';
import { waitFor, type ArchiveContext } from './archive-context.ts';
import { finish } from './finish-archive.ts';
import { prepareGroup, type ReadyUnit } from './archive-group.ts';
import { purgeIntake, readCounts, readPending, type Pending } from './intake.ts';
import { reporterOf, syncFaults } from './archive-incidents.ts';
import { readCurrent } from '../../incidents/read-incidents.ts';
import { resolveIncidents, retryLater } from '../../incidents/write-incidents.ts';
import { SeenFiles } from './seen-files.ts';
import { FAULTS, filesOf, type Refusal, type Unit } from './plan.ts';
import type { ArchiveSettings, Folders } from './archive-settings.ts';
import { commitGroup, type GroupContext, type GroupOutcome } from './commit-group.ts';
import { groupsOf } from './slices.ts';
import { survey, whatHolds, type Survey } from './survey-hotfolder.ts';
import { removeEmptyFolders, SpecialCopies } from './tidy.ts';
import type { Seen } from './tree.ts';
import { filesIn, waitingFiles } from './waiting-files.ts';
import { checkTaken, readReturnedHere, tellGrown, type ReturnedHere } from './watch.ts';

/** One run over a hotfolder, whose lock is held. */
export class ArchiveRun {
  private readonly ctx: WorkContext<ArchiveSettings>;
  private readonly folders: Folders;
  private readonly context: ArchiveContext;
  private readonly copies: SpecialCopies;
  private readonly stories = new Map<string, string>();
  /** Rows whose files stand where they were, by path. */
  private readonly stuck = new Map<string, Pending>();
  private readonly emptied = new Set<string>();
  /** Files that were tried in this run, whatever came of it. */
  private readonly tried = new Map<string, Seen>();
  private readonly counts = { files: 0, archived: 0, quarantined: 0, refused: 0, failed: 0 };
  private seen!: SeenFiles;
  private returned: ReadonlyMap<string, ReturnedHere> = new Map();

  constructor(ctx: WorkContext<ArchiveSettings>, folders: Folders, context: ArchiveContext) {
    this.ctx = ctx;
    this.folders = folders;
    this.context = context;
    this.copies = new SpecialCopies(folders.hotfolder);
  }

  async start(): Promise<Report> {
    const { ctx } = this;
    await this.recover();
    for (const file of await checkTaken(ctx, this.folders)) this.emptyAbove(file);
    await purgeIntake(ctx.db, ctx.task, ctx.config.keepRuns);
    await forgetReturned(ctx.db, ctx.task, ctx.config.keepRuns);
    this.seen = await SeenFiles.read(ctx.db, ctx.task);
    let last = await this.survey();
    let stopped = false;
    let waited = false;
    for (;;) {
      stopped = await ctx.shouldStop();
      if (stopped) break;
      if (last.ready.length > 0) {
        stopped = await this.take(last.ready);
        if (stopped) break;
      } else if (last.wait !== null && !waited) {
        waited = true;
        await this.waitUntilStable(last.young, last.wait);
      } else {
        break;
      }
      last = await this.survey();
    }
    return this.conclude(stopped ? await this.survey() : last, stopped);
  }

  /** Finishes what a run that was cut off has committed. */
  private async recover(): Promise<void> {
    const { ctx } = this;
    const pending = await readPending(ctx.db, ctx.task);
    if (pending.length === 0) return;
    ctx.trace(`${pending.length} files of a run that was cut off are put where they belong`);
    await this.finish(pending);
    const freed = pending.filter((row) => row.disposition !== 'refused' && !this.stuck.has(row.path));
    await resolveIncidents(
      ctx.db,
      ctx.task,
      freed.map((row) => row.path),
    );
  }

  private async survey(): Promise<Survey> {
    const { ctx, context, seen, stuck } = this;
    const incidents = await readCurrent(ctx.db, ctx.task);
    this.returned = await readReturnedHere(ctx.db, ctx.task, context.hotfolder);
    const { returned } = this;
    const found = await survey(ctx.db, {
      ...ctx.settings,
      ...context,
      seen,
      incidents,
      taken: stuck,
      returned,
    });
    for (const unit of found.open)
      for (const { path: file } of filesOf(unit)) ctx.trace(`${file}: a program has it open for writing`);
    for (const { path: where, reason } of found.locked) ctx.trace(`${where || 'the hotfolder'}: ${reason}`);
    // What could not be taken would be tried for ever: the next run tries it again.
    return {
      ...found,
      ready: found.ready.filter((unit) => !filesOf(unit).every((file) => this.wasTried(file))),
    };
  }

  private wasTried(file: Seen): boolean {
    const before = this.tried.get(file.path);
    return before !== undefined && isSame(before, file);
  }

  private async waitUntilStable(young: readonly Unit[], wait: number): Promise<void> {
    const { ctx } = this;
    ctx.progress({ step: 'checking whether files are complete', total: filesIn(young) });
    await waitFor(wait, ctx.signal);
  }

  /** Takes units group by group; true when the operator stopped it. While one is committed the next one is read. */
  private async take(units: readonly Unit[]): Promise<boolean> {
    const { ctx, context } = this;
    const total = this.counts.files + filesIn(units);
    let committing: Promise<void> = Promise.resolve();
    try {
      for (const group of groupsOf(units, ctx.settings)) {
        ctx.signal.throwIfAborted();
        for (const file of group.flatMap(filesOf)) this.tried.set(file.path, file);
        const ready = await prepareGroup(context, group, ctx.signal);
        await committing;
        if (await ctx.shouldStop()) return true;
        committing = this.commit(ready, total);
        // Its error is thrown where it is awaited; until then it must not count as unhandled.
        committing.catch(() => undefined);
      }
    } finally {
      await committing;
    }
    return false;
  }

  private commit(units: readonly ReadyUnit[], total: number): Promise<void> {
    const write = (pieces: readonly ReadyUnit[]) => this.write(pieces);
    const written = (outcome: GroupOutcome, pieces: readonly ReadyUnit[]) =>
      this.written(outcome, pieces, total);
    return writeGroup(
      {
        write,
        written,
        split: (pieces) => pieces.flatMap(cutUp),
        async refuse(piece, reason, error) {
          // Not even its refusal is taken: something else is wrong.
          if (piece.takes.length === 0) throw error;
          const refused = [refusedByDatabase(piece, reason)];
          await written(await write(refused), refused);
        },
      },
      units,
    );
  }

  private write(units: readonly ReadyUnit[]): Promise<GroupOutcome> {
    const { ctx, context, folders, stories, returned } = this;
    const groupContext: GroupContext = { ...context, ...ctx, folders, stories, returned };
    return inTransaction(ctx.db, () => commitGroup(ctx.db, groupContext, units));
  }

  private async written(outcome: GroupOutcome, units: readonly ReadyUnit[], total: number): Promise<void> {
    const { ctx, stories } = this;
    for (const { folder, id } of outcome.stories) stories.set(folder, id);
    for (const { failed } of units) for (const each of failed) await this.fail(each.file.path, each.error);
    for (const { file } of outcome.refused) if (!ctx.settings.keepRefused) this.seen.refuse(file.path);
    await this.finish(outcome.pending);
    this.tell(outcome, total);
  }

  private async fail(subject: string, error: unknown): Promise<void> {
    const { ctx, counts } = this;
    counts.failed += 1;
    const reason = messageOf(error);
    const what = (error as NodeJS.ErrnoException).code === 'EACCES' ? 'unreadable-file' : 'failed';
    const [written] = await retryLater(ctx.db, reporterOf(ctx), [{ subject, what, reason }]);
    const givenUp = written!.state === 'given up';
    if (givenUp) this.seen.refuse(subject);
    ctx.trace(`${subject}: ${givenUp ? 'given up' : 'failed, tried again later'}: ${reason}`);
  }

  /** After the commit: files go to their places. */
  private async finish(rows: readonly Pending[]): Promise<void> {
    const { ctx, folders } = this;
    const { db, task, settings } = ctx;
    const { stuck } = await finish(
      { db, task, folders, stableFor: settings.stableFor },
      rows,
      async ({ path: file, disposition }) => {
        if (!settings.copySpecial) return;
        await this.copies.copy(
          path.dirname(file),
          disposition === 'refused' ? folders.refused : folders.archived,
        );
      },
      ({ row, path: file }) =>
        tellGrown(ctx, row, path.relative(folders.hotfolder, file), identify(file)?.bytes ?? row.bytes),
    );
    for (const { row, reason } of stuck) {
      this.stuck.set(row.path, row);
      await retryLater(db, reporterOf(ctx), [{ subject: row.path, what: 'stuck', reason }]);
      ctx.trace(`${row.path}: ${reason}`);
    }
    for (const { path: file } of rows) this.emptyAbove(file);
  }

  private emptyAbove(file: string): void {
    for (let below = path.dirname(file); below !== '.'; below = path.dirname(below)) this.emptied.add(below);
  }

  private tell({ dispositions, refused, stories }: GroupOutcome, total: number): void {
    const { ctx, counts } = this;
    for (const { file, disposition, unknown, fault } of dispositions) {
      counts.files += 1;
      const archived = disposition.what === 'record';
      if (archived) counts.archived += 1;
      else counts.quarantined += 1;
      if (!ctx.traced) continue;
      const became = archived
        ? `record ${disposition.record}`
        : `quarantine ${disposition.quarantine}: ${disposition.reasons.map(({ text }) => text).join('; ')}`;
      ctx.trace(`${file.path}: ${became}`, { bytes: file.bytes });
      if (unknown.length > 0) ctx.trace(`${file.path}: no field of the databox: ${unknown.join(', ')}`);
      if (fault !== undefined) ctx.trace(`${file.path}: ExifTool: ${fault}`);
    }
    for (const { folder, id } of stories) ctx.trace(`${folder}: story ${id}`);
    for (const { file, reason } of refused) {
      counts.refused += 1;
      ctx.trace(`${file.path}: refused: ${reason}`);
    }
    if (counts.archived > 0) ctx.changed();
    const done = counts.files + counts.refused;
    ctx.progress({ step: 'archiving', done, total: Math.max(total, done), counts: { ...counts } });
  }

  private async conclude(last: Survey, stopped: boolean): Promise<Report> {
    const { ctx, folders } = this;
    await this.seen.save(ctx.db);
    await syncFaults(
      ctx.db,
      reporterOf(ctx),
      FAULTS,
      last.faults.map(({ path: subject, what, reason }) => ({ subject, what, reason })),
    );
    await this.forgetGone();
    if (ctx.settings.deleteEmptyFolders) removeEmptyFolders(folders.hotfolder, this.emptied, ctx.settings);
    const counts = await readCounts(ctx.db, ctx.run);
    const growing = filesIn([...last.young, ...last.open]);
    const busy = (counts['files'] ?? 0) + (counts['refused'] ?? 0) > 0;
    const note = whatHolds(last, folders.hotfolder);
    return {
      outcome: stopped ? 'stopped' : note !== undefined ? 'waiting' : busy ? 'done' : 'idle',
      counts: {
        ...counts,
        ...(growing > 0 ? { growing } : {}),
        ...(this.counts.failed > 0 ? { failed: this.counts.failed } : {}),
      },
      changed: (counts['archived'] ?? 0) > 0,
      waiting: waitingFiles(last),
      ...(note === undefined ? {} : { note }),
    };
  }

  /** Incidents of files that stood in the hotfolder and are not there any more: somebody has dealt with them. */
  private async forgetGone(): Promise<void> {
    const { ctx, seen } = this;
    const incidents = [...(await readCurrent(ctx.db, ctx.task)).values()];
    const gone = incidents.filter(
      ({ subject, what, kept }) =>
        kept === null && !seen.has(subject) && !FAULTS.some((fault) => fault === what),
    );
    await resolveIncidents(
      ctx.db,
      ctx.task,
      gone.map(({ subject }) => subject),
    );
  }
}

/** The pieces of a unit that can be committed by themselves: its takes, and what it refuses. */
function cutUp({ takes, refuses, ...unit }: ReadyUnit): ReadyUnit[] {
  if (takes.length < 2) return [{ ...unit, takes, refuses }];
  const pieces: ReadyUnit[] = takes.map((take) => ({ ...unit, takes: [take], refuses: [] }));
  return refuses.length > 0 ? [...pieces, { ...unit, takes: [], refuses }] : pieces;
}

function refusedByDatabase(unit: ReadyUnit, reason: string): ReadyUnit {
  const refuses = unit.takes.flatMap(({ file, sidecar }): Refusal[] =>
    [file, ...(sidecar ? [sidecar] : [])].map((each) => ({
      file: each,
      what: 'refused-by-database',
      reason,
    })),
  );
  return { ...unit, takes: [], refuses: [...unit.refuses, ...refuses] };
}
