import { setTimeout } from 'node:timers/promises';
import { waitingInProgress } from '../../files/in-progress.ts';
import { remove } from '../../files/move.ts';
import { FTPError } from 'basic-ftp';
import type { Report, WorkContext } from '../../task/kind.ts';
import type { Waiting } from '../../task/status.ts';
import { ConnectionsLost, Pool } from '../ftp/pool.ts';
import { AccessProblem } from '../ftp/problem.ts';
import { openServer, type Server } from '../ftp/ftp-server.ts';
import { findMarkers, markedBy } from '../../intake/markers.ts';
import { compare, isSameVersion, type LedgerFile, type RemoteFile } from './compare-listing.ts';
import { newCounts } from './pull-counts.ts';
import { diskProblem, DiskProblem, type Growing } from './disk.ts';
import { fetchFile, type Fetched } from './fetch.ts';
import { deleteRemote, fail, finishFiles } from './finish-pull.ts';
import { partOf, prepareFolders } from './pull-folders.ts';
import { Groups } from './groups.ts';
import { Ledger, tellGrown } from './pull-ledger.ts';
import { FileChanged } from './part-file.ts';
import { recover } from './recover-pull.ts';
import { rehearse } from './rehearse-pull.ts';
import { RemoteFolder } from './remote-folder.ts';
import {
  fileFilter,
  pullFolders,
  settingsHash,
  sourceAddress,
  type Folders,
  type PullSettings,
} from './pull-settings.ts';
import { noteProblem, noteSuccess, openSource, type Source } from './pull-source.ts';
import type { Listing } from './walk.ts';

/**
 * Fetches the files of a server's folder into a local one (docs/library.md): those whose size and time
 * are the same in two listings `stableFor` apart. Files that are new are looked at again in the same run. Each is
 * fetched under another name, verified, put in place and only then deleted on the server; `finishFiles` has the
 * order. With `options.tmp` it only says what it would fetch.
 *
 * Verified means: as long as the listing said; the server's file still has the same size and time afterwards; its
 * hash agrees where the server computes one (FEAT: HASH, XSHA256, XSHA1, XMD5); and it is on disk. Without such
 * a server nobody can say more: the protocol has no checksum of its own.
 *
 * A server that cannot be worked with, and a disk that is full, end the run as `waiting` with a sentence for
 * operators. Throws when the database fails, and the signal's reason when it is aborted.
 */
export async function pull(ctx: WorkContext<PullSettings>): Promise<Report> {
  const folders = pullFolders(ctx.config.root, ctx.settings);
  if (ctx.options.tmp === true) return withServer(ctx, (server, pool) => rehearse(ctx, server, pool));
  const blockedBy = prepareFolders(folders);
  if (blockedBy !== undefined) return { outcome: 'waiting', counts: {}, changed: false, note: blockedBy };
  const source = await openSource(ctx.db, ctx.task, sourceAddress(ctx.settings));
  const ledger = new Ledger(ctx.db, ctx.task, source);
  const run = new PullRun(ctx, folders, ledger);
  try {
    const outcome = await withServer(ctx, (server, pool) => run.start(server, pool));
    return await run.report(outcome);
  } catch (error) {
    const note = await noteFor(ctx, folders, source, error);
    return await run.report('waiting', note);
  }
}

async function withServer<T>(
  ctx: WorkContext<PullSettings>,
  work: (server: Server, pool: Pool) => Promise<T>,
): Promise<T> {
  const server = await openServer(ctx.settings, ctx.config.root);
  const pool = new Pool(server, {
    size: ctx.settings.connections,
    signal: ctx.signal,
    onTrouble: (text) => ctx.trace(text),
  });
  try {
    return await work(server, pool);
  } finally {
    pool.close();
  }
}

/** What an error means for operators; throws it when it is none for them. */
async function noteFor(
  { db, task, run, settings, signal }: WorkContext<PullSettings>,
  folders: Folders,
  source: Source,
  error: unknown,
): Promise<string> {
  signal.throwIfAborted();
  if (error instanceof AccessProblem)
    return noteProblem(db, { task, run }, source, error, settingsHash(settings));
  const problem = error instanceof DiskProblem ? error : diskProblem(folders.local, error);
  if (problem) return problem.message;
  throw error;
}

/** Files that are finished together. */
const GROUP = { files: 256, bytes: 64 * 2 ** 20, age: 1_000 };
/** How often a run asks whether it is to stop, and says how far it is, ms. */
const BEAT = 200;

class PullRun {
  private readonly ctx: WorkContext<PullSettings>;
  private readonly folders: Folders;
  private readonly ledger: Ledger;
  private readonly counts = newCounts();
  private readonly refused: string[] = [];
  /** Ids of files of which an earlier run left a part. */
  private parts: ReadonlySet<string> = new Set();
  /** Ids of files that are in place, and still on the server. */
  private readonly toDelete = new Set<string>();
  private markers: ReadonlyMap<string, RemoteFile> = new Map();
  private strayMarkers = 0;
  private stopped = false;
  private asked = 0;
  private told = 0;
  private done = 0;
  private total = 0;
  private inProgress = 0;

  constructor(ctx: WorkContext<PullSettings>, folders: Folders, ledger: Ledger) {
    this.ctx = ctx;
    this.folders = folders;
    this.ledger = ledger;
  }

  async start(server: Server, pool: Pool): Promise<'done' | 'idle' | 'stopped'> {
    const { ctx, ledger, folders, counts } = this;
    const { moved, parts } = await recover(ledger, folders);
    this.parts = parts;
    if (moved > 0) {
      counts.fetched += moved;
      ctx.trace(`${moved} files of a run that was cut off are in place now`);
      ctx.changed();
    }
    ctx.progress({ step: `connecting to ${server.address}` });
    const remote = await RemoteFolder.open(pool, server, ctx.settings);
    await noteSuccess(ctx.db, ctx.task, ledger.source);
    const first = await this.compare(remote);
    await this.fetch(pool, remote, first.ready);
    let { young } = first;
    // Empty ones would let all others wait: a later run looks at them.
    const soon = ctx.settings.marker === undefined ? young.filter(({ size }) => size > 0) : [];
    if (soon.length > 0 && (await this.waitAgain(soon))) {
      const second = await this.compare(remote, soon);
      await this.fetch(pool, remote, second.ready);
      ({ young } = second);
    }
    counts.growing += young.length;
    await this.deleteFetched(remote);
    if (this.stopped) return 'stopped';
    return counts.fetched + counts.known + counts.deleted + counts.failed > 0 ? 'done' : 'idle';
  }

  async report(outcome: Report['outcome'], note?: string): Promise<Report> {
    const { counts, refused } = this;
    const { count, oldest } = await this.ledger.waiting();
    const waiting: Waiting[] = [
      ...(count === 0 ? [] : [{ what: 'files', count, ...(oldest ? { oldest: oldest.toISOString() } : {}) }]),
      ...(this.strayMarkers === 0 ? [] : [{ what: 'markers without a file', count: this.strayMarkers }]),
      ...waitingInProgress(this.inProgress),
    ];
    const notes = [note, ...(refused.length > 0 ? [describeRefused(refused)] : [])].filter(
      (each) => each !== undefined,
    );
    return {
      outcome,
      counts: { ...counts },
      changed: counts.fetched > 0,
      waiting,
      ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
    };
  }

  /**
   * Lists the server's folder, or only the folders of the given files, writes down what it has and deletes what is
   * here already.
   */
  private async compare(
    remote: RemoteFolder,
    again?: readonly LedgerFile[],
  ): Promise<{ ready: LedgerFile[]; young: LedgerFile[] }> {
    const { ctx, ledger, counts } = this;
    const { stableFor, deleteRemote: removes, marker } = ctx.settings;
    const start = await ledger.now();
    const listing = again ? await remote.listFoldersOf(again) : await this.walk(remote);
    const files = this.findFiles(listing);
    const before = await ledger.read();
    await remote.refine(files, (file) => {
      const row = before.get(file.path);
      // A file that is here already, and looks the same to the minute, is believed to be: unless it would be deleted.
      const same =
        !removes && row?.state === 'placed' && row.size === file.size && row.listed === file.listed;
      if (same) file.modified = row.modified;
      return same;
    });
    const found = compare(files, before, {
      start,
      stableFor,
      listed: listing.covers,
      complete: marker === undefined ? undefined : new Set(this.markers.keys()),
    });
    await ledger.record(found.fresh, found.replaced, found.gone, !removes);
    const replaced = new Map(found.replaced.map((row) => [row.path, row]));
    for (const file of found.fresh) {
      const grown = tellGrown(replaced.get(file.path), file);
      if (grown) ctx.trace(grown.reason);
    }
    for (const { id } of [...found.replaced, ...found.gone])
      if (this.parts.has(id)) remove(partOf(this.folders, id));
    await ledger.returned([...found.placed, ...found.watched].filter(({ goneSince }) => goneSince !== null));
    await this.tellRefused(listing);
    if (again === undefined) {
      counts.listed = files.length;
      this.inProgress = listing.inProgress;
    }
    if (removes && found.placed.length > 0) await deleteRemote(this.finishing(remote), found.placed);
    if (removes) for (const { id } of found.watched) this.toDelete.add(id);
    ctx.trace(
      `${files.length} files on the server: ${found.fresh.length} new or changed, ${found.ready.length} ready, ${found.placed.length + found.watched.length} here already`,
    );
    // The new rows have got their ids.
    const after = await ledger.read();
    const fresh = found.fresh.flatMap(({ path }) => after.get(path) ?? []);
    if (marker !== undefined) {
      const isMarked = ({ path }: LedgerFile) => this.markers.has(path);
      const unmarked = fresh.filter((row) => !isMarked(row));
      return { ready: [...found.ready, ...fresh.filter(isMarked)], young: [...found.young, ...unmarked] };
    }
    return stableFor === 0 && again === undefined
      ? { ready: [...found.ready, ...fresh], young: [] }
      : { ready: found.ready, young: [...found.young, ...fresh] };
  }

  private walk(remote: RemoteFolder): Promise<Listing> {
    this.ctx.progress({ step: 'listing the server' });
    return remote.walk((files) => this.tell('listing the server', files));
  }

  private waitAgain(young: readonly LedgerFile[]): Promise<boolean> {
    this.ctx.trace(`${young.length} files are looked at again when they are old enough`);
    return this.waitFor(
      young.map(({ since }) => since),
      'waiting whether files still change',
    );
  }

  /** Those files of a listing that are wanted; notes their markers. */
  private findFiles(listing: Listing): RemoteFile[] {
    const { settings } = this.ctx;
    const takes = fileFilter(settings);
    const named = listing.files.map((file) => ({ ...file, name: file.path }));
    const { files, markers, alone } = findMarkers(named, settings.marker);
    this.markers = markers;
    this.strayMarkers = alone.filter(({ name }) => takes(markedBy(name, settings.marker!)!)).length;
    return files.filter(({ path }) => takes(path));
  }

  /** Deletes on the server what is in place, once it has been the same for long enough after that; an empty file waits for a later run. */
  private async deleteFetched(remote: RemoteFolder): Promise<void> {
    if (this.stopped || this.toDelete.size === 0) return;
    const rows = [...(await this.ledger.read()).values()].filter(
      ({ id, size }) => size > 0 && this.toDelete.has(id),
    );
    if (rows.length === 0) return;
    const placed = rows.map(({ placedAt }) => placedAt!);
    this.ctx.trace(`${rows.length} files are looked at once more before they are deleted on the server`);
    if (await this.waitFor(placed, 'waiting whether fetched files still change'))
      await deleteRemote(this.finishing(remote), rows);
  }

  /** Waits until `stableFor` has passed since the last of these times; false when the run is to stop. */
  private async waitFor(since: readonly Date[], step: string): Promise<boolean> {
    const { ctx, ledger } = this;
    const youngest = Math.max(...since.map((time) => time.getTime()));
    // As long as by PostgreSQL's clock, a moment more.
    let left = youngest + ctx.settings.stableFor - (await ledger.now()).getTime() + 10;
    // Whoever watches sees at once what is waited for.
    this.told = 0;
    while (left > 0) {
      if (await this.isToStop()) return false;
      this.tell(step, 0, since.length);
      const pause = Math.min(left, BEAT);
      await setTimeout(pause, undefined, { signal: ctx.signal }).catch(() => ctx.signal.throwIfAborted());
      left -= pause;
    }
    return true;
  }

  /** Fetches files on all connections, and finishes them in groups meanwhile. */
  private async fetch(pool: Pool, remote: RemoteFolder, rows: readonly LedgerFile[]): Promise<void> {
    const { ctx, folders } = this;
    const queue = [...rows].reverse();
    const context = { pool, remote, folders, parts: this.parts, growing: new Set<Growing>() };
    this.done = 0;
    this.total = rows.length;
    const groups = new Groups<Fetched>(GROUP, async (group) => {
      await finishFiles(this.finishing(remote), group);
      this.done += group.length;
      this.tell('fetching', this.done, this.total);
    });
    const errors: unknown[] = [];
    const lane = async () => {
      while (errors.length === 0 && !(await this.isToStop())) {
        const row = queue.pop();
        if (!row) return;
        const file = await fetchFile(row, context).catch((error: unknown) =>
          this.noteFault(remote, row, error),
        );
        if (file) await groups.add(file, row.size);
        this.tell('fetching', this.done, this.total);
      }
    };
    // A beat of its own: a large file takes long.
    const beat = setInterval(() => this.tell('fetching', this.done, this.total), BEAT);
    const lanes = Array.from({ length: ctx.settings.connections }, lane);
    await Promise.all(lanes.map((each) => each.catch((error: unknown) => errors.push(error))));
    // What is complete is put in place, whatever ended the fetching.
    await groups.drain().catch((error: unknown) => errors.push(error));
    clearInterval(beat);
    if (errors.length > 0) throw errors[0];
  }

  /** Notes what concerns one file alone; throws what ends the run. */
  private async noteFault(remote: RemoteFolder, row: LedgerFile, error: unknown): Promise<undefined> {
    const { ctx, ledger, counts } = this;
    const noting = { ctx, ledger, counts };
    if (error instanceof FTPError) {
      const reason = `${row.path}: the server refuses it: ${remote.quote(error.message)}`;
      await fail(noting, row, { what: 'refused-by-server', reason });
    } else if (error instanceof ConnectionsLost) {
      const reason = `${row.path}: ${error.message}`;
      await fail(noting, row, { what: 'connection-lost', reason });
    } else if (error instanceof FileChanged) {
      const reason = `${row.path}: ${error.message}`;
      const now = (await remote.statFiles([row])).get(row.path);
      if (now && isSameVersion(row, now)) await fail(noting, row, { what: 'wrong-size', reason });
      else {
        counts.growing += 1;
        ctx.trace(`${reason}; left for the next run`);
      }
    } else throw error;
  }

  private finishing(remote: RemoteFolder) {
    const { ctx, folders, ledger, counts, toDelete, markers } = this;
    return { ctx, folders, ledger, remote, counts, toDelete, markers };
  }

  /** Refused names are counted in every run, and told once. */
  private async tellRefused({ refused, covers }: Listing): Promise<void> {
    const newRefusals = await this.ledger.refuse(refused, covers);
    this.counts.refused = Math.max(this.counts.refused, refused.length);
    for (const { reason } of newRefusals) {
      this.refused.push(reason);
      this.ctx.trace(`refused ${reason}`);
    }
  }

  private async isToStop(): Promise<boolean> {
    this.ctx.signal.throwIfAborted();
    if (this.stopped || Date.now() - this.asked < BEAT) return this.stopped;
    this.asked = Date.now();
    if (await this.ctx.shouldStop()) this.stopped = true;
    return this.stopped;
  }

  private tell(step: string, done: number, total?: number): void {
    if (Date.now() - this.told < BEAT) return;
    this.told = Date.now();
    this.ctx.progress({ step, done, ...(total === undefined ? {} : { total }), counts: { ...this.counts } });
  }
}

function describeRefused(refused: readonly string[]): string {
  const others = refused.length > 1 ? `, and ${refused.length - 1} more` : '';
  return `refused ${refused[0]}${others}; \`regie incidents\` lists them`;
}
