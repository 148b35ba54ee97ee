import path from 'node:path';
import { withFolderLock } from '../../intake/folder-lock.ts';
import { isRefusedData, reasonOf, writeGroup } from '../../intake/refused-rows.ts';
import type { Report, WorkContext } from '../../task/kind.ts';
import { ClaimFolder, sweep } from '../files/claim-file.ts';
import { FolderMaker, linkExclusive, remove, sha256 } from '../../files/move.ts';
import { TargetNames } from '../../intake/target-names.ts';
import { inTransaction } from '../../store/transaction.ts';
import type { Arrival } from '../../files/scan.ts';
import { identify, type FileIdentity } from '../../intake/file-identity.ts';
import { findStableFiles } from '../../intake/stable-files.ts';
import { Formats } from '../formats/chosen-formats.ts';
import { LOADING } from '../loading.ts';
import { renewLimits, type Renewal } from '../quality/renew.ts';
import { leaveSchema, renewTwins, useSchema } from '../weather-schema.ts';
import { findArrivals, type Arrivals } from './arrivals.ts';
import { readCounts } from './load-counts.ts';
import { prepareFolders } from './inbox-folders.ts';
import { finishFiles, storeGroup, type StoreContext } from './load-group.ts';
import { readFiles, unreadable, type Input, type ReadFile } from './load-input.ts';
import { storeLargeFile } from './large-file.ts';
import { waitingFiles } from './poll-inbox.ts';
import type { FileOutcome } from './load-outcome.ts';
import { failedLike, newReading, type Reading } from './reading.ts';
import { JobQueue } from './queue-hours.ts';
import { recover } from './recover-load.ts';
import { RowBuffer } from './copy-rows.ts';
import { loadFolders, type Folders, type LoadSettings } from './load-settings.ts';
import { syncStations, type Stations } from './known-stations.ts';
import { weatherSection } from '../weather-settings.ts';
import { checkLoaded, forgetReturned, readReturnedHere, type ReturnedHere } from './watch-loaded.ts';

/**
 * Loads the files of the inbox into PostgreSQL: takes them group by group in the order
 * of their names, writes each group in one transaction with its ledger rows, then files the files away. What
 * a killed run left in work/ comes first; before it, observations whose limits changed are judged anew. With
 * `options.tmp` it writes the twin tables and moves nothing.
 *
 * Throws when the database or a disk fails, and the signal's reason when it is aborted; a file that cannot be
 * loaded is no reason to throw.
 */
export async function load(ctx: WorkContext<LoadSettings>): Promise<Report> {
  const folders = loadFolders(ctx.config.root, ctx.settings);
  const blockedBy = prepareFolders(folders);
  if (blockedBy !== undefined) return { outcome: 'waiting', counts: {}, changed: false, note: blockedBy };

  const report = await withFolderLock(ctx.db, LOADING, folders.work, () => loadFrom(ctx, folders));
  if (report) return report;
  const note = `another run is loading from ${folders.inbox}`;
  return { outcome: 'waiting', counts: {}, changed: false, note };
}

async function loadFrom(ctx: WorkContext<LoadSettings>, folders: Folders): Promise<Report> {
  try {
    const tmp = ctx.options.tmp === true;
    if (tmp) await renewTwins(ctx.db);
    await useSchema(ctx.db, tmp);
    const stations = await syncStations(ctx.db, weatherSection.of(ctx.config));
    const renewal = await renewLimits(ctx.db, stations, ctx);
    const run = new LoadRun(ctx, folders, stations, tmp);
    return tell(renewal, renewal.stopped ? stoppedEarly : await run.start());
  } finally {
    // On a broken connection it has ended with it.
    await leaveSchema(ctx.db).catch(() => undefined);
  }
}

/** Code of the incident that comes of rows that the database refuses. */
const REFUSED = 'refused-by-database';
/**
 * Groups that may wait for the database while the next one is read: storing one takes many short answers, which
 * come late while a file is parsed; with two it need not end before the next group is there.
 */
const AHEAD = 2;
/** Refused pieces of one file that the trace names. */
const TRACED_REJECTS = 20;

const stoppedEarly: Report = { outcome: 'stopped', counts: { files: 0, loaded: 0 }, changed: false };

/** Adds to a report what became of values that were judged by other limits. */
function tell({ stations, values }: Renewal, report: Report): Report {
  if (stations === 0 && values === 0) return report;
  return {
    ...report,
    outcome: report.outcome === 'idle' ? 'done' : report.outcome,
    counts: { ...report.counts, rechecked: values },
    changed: report.changed || values > 0,
  };
}

class LoadRun {
  private readonly ctx: WorkContext<LoadSettings>;
  private readonly folders: Folders;
  private readonly stations: Stations;
  private readonly formats: Formats;
  private readonly store: StoreContext;
  private readonly maker = new FolderMaker();
  /** One is filled while the others' rows are on their way. */
  private readonly buffers = Array.from({ length: AHEAD + 1 }, () => new RowBuffer());
  private readonly counts = { files: 0, loaded: 0, rejected: 0, failed: 0 };
  private claims: ClaimFolder | undefined;
  private total = 0;
  /** Files that were loaded before and have come back, by their inodes. */
  private returned = new Map<bigint, ReturnedHere>();
  private marked: ReadonlySet<string> = new Set();

  constructor(ctx: WorkContext<LoadSettings>, folders: Folders, stations: Stations, tmp: boolean) {
    this.ctx = ctx;
    this.folders = folders;
    this.stations = stations;
    this.formats = new Formats(ctx.settings.formats, weatherSection.of(ctx.config).formats);
    this.store = {
      db: ctx.db,
      task: ctx.task,
      run: ctx.run,
      folders,
      stableFor: ctx.settings.stableFor,
      weather: weatherSection.of(ctx.config),
      tmp,
    };
  }

  async start(): Promise<Report> {
    const { ctx, folders } = this;
    const { tmp } = this.store;
    const left = tmp ? [] : await recover(this.store, this.maker);
    if (!tmp) await checkLoaded(ctx, folders);
    await this.readReturned(left);
    if (left.length > 0) ctx.trace(`${left.length} files of a run that was cut off are loaded first`);
    const { files: arrivals, marked } = await this.findArrivals();
    this.marked = marked;
    ctx.progress({ step: 'checking whether files are complete', total: arrivals.length });
    const ready = await this.findReady(arrivals);
    this.total = left.length + ready.length;

    const stopped = await this.run([...left, ...ready]);
    if (!tmp) sweep(folders.work);
    const counts = await readCounts(ctx.db, ctx.run);
    const changed = ['loaded', 'replaced', 'aggregates'].some((name) => (counts[name] ?? 0) > 0);
    return {
      outcome: stopped ? 'stopped' : this.counts.files === 0 ? 'idle' : 'done',
      counts,
      // A rehearsal changes nothing that another task acts upon.
      changed: changed && !tmp,
      waiting: tmp ? [] : waitingFiles(await this.findArrivals()),
    };
  }

  private findArrivals(): Promise<Arrivals> {
    return findArrivals(this.folders.inbox, this.formats, this.ctx.settings, [...this.returned.values()]);
  }

  /** Those that nobody is writing to any more, as far as can be known; a marker says so of its file. */
  private async findReady(arrivals: readonly Arrival[]): Promise<Arrival[]> {
    const { ctx, marked } = this;
    const others = arrivals.filter(({ name }) => !marked.has(name));
    const { inbox } = this.folders;
    const { stable, growing, open } = await findStableFiles(
      inbox,
      others,
      ctx.settings.stableFor,
      ctx.signal,
    );
    if (growing.length > 0) ctx.trace(`${growing.length} files are still being written`);
    for (const { name } of open) ctx.trace(`${name}: a program has it open for writing`);
    const ready = new Set(stable);
    return arrivals.filter((file) => marked.has(file.name) || ready.has(file));
  }

  /** Learns which files have come back; forgets those that somebody has taken away since. */
  private async readReturned(left: readonly Input[]): Promise<void> {
    const { db, task, folders, tmp } = this.store;
    const claimed = new Set(left.map(({ seen }) => seen?.inode));
    const gone: ReturnedHere[] = [];
    for (const file of await readReturnedHere(db, task, folders)) {
      if (claimed.has(file.inode) || identify(file.path)?.inode === file.inode)
        this.returned.set(file.inode, file);
      else gone.push(file);
    }
    if (!tmp && gone.length > 0) await inTransaction(db, () => forgetReturned(db, task, folders, gone));
  }

  /**
   * Loads files group by group; true when the operator stopped it. While the database takes one group the
   * next one is read. What is asked of the session in between is asked outside of transactions.
   */
  private async run(files: readonly (Input | Arrival)[]): Promise<boolean> {
    const { ctx } = this;
    const queue = new JobQueue(AHEAD);
    let turn = 0;
    let stop = await ctx.shouldStop();
    try {
      for (const group of groupsOf(files, ctx.settings, this.formats)) {
        if (stop) break;
        ctx.signal.throwIfAborted();
        if (this.claims === undefined && !this.store.tmp) await this.openClaims();
        const inputs: Input[] = [];
        for (const file of group.files) {
          const input = await this.take(file);
          if (input) inputs.push({ ...input, returned: this.returnedAs(input) });
        }
        if (group.large) {
          await queue.drain();
          for (const input of inputs) await this.storeLarge(input);
        } else {
          const rows = this.buffers[turn++ % this.buffers.length]!;
          rows.clear();
          const read = await readFiles(inputs, rows, this.stations, this.formats);
          await queue.add(() => this.storeRead(read, rows));
        }
        ctx.signal.throwIfAborted();
        stop = await ctx.shouldStop();
      }
    } finally {
      await queue.drain();
    }
    return stop && this.counts.files < this.total;
  }

  /** The folder that takes this run's claims. */
  private async openClaims(): Promise<void> {
    const { db, run } = this.store;
    // OFFSET 0: among the run's own rows; PostgreSQL would walk through all claims there ever were, from the last one.
    const { rows } = await db.query<{ last: string | null }>(
      'select max(claim) as last from (select claim from file where run = $1 offset 0) f',
      [run],
    );
    this.claims = new ClaimFolder(this.folders.inbox, this.folders.work, run, rows[0]?.last ?? undefined);
  }

  /** Claims a file of the inbox; undefined when it is gone, or still written to. One that is claimed already is as it is. */
  private async take(file: Input | Arrival): Promise<Input | undefined> {
    if ('claim' in file) return file;
    const { ctx, folders } = this;
    const { name, bytes } = file;
    if (!this.claims) return { path: path.join(folders.inbox, name), claim: name, name, bytes };
    const claimed = this.claims.take(name);
    if (!claimed) {
      ctx.trace(`${name}: gone from the inbox, or its name is no UTF-8`);
      return undefined;
    }
    const work = path.join(folders.work, claimed.claim);
    const seen = identify(work);
    if (ctx.settings.stableFor > 0 && seen && !isAsItWas(file, seen)) {
      ctx.trace(`${name}: changed in the moment in which it was taken; left for the next run`);
      await putBackIntoInbox(work, path.join(folders.inbox, name));
      return undefined;
    }
    if (this.marked.has(name)) remove(path.join(folders.inbox, name + folders.marker!));
    return { path: work, ...claimed, bytes, seen };
  }

  private returnedAs({ seen, name }: Input): ReturnedHere | undefined {
    const returned = seen && this.returned.get(seen.inode);
    return returned?.name === name ? returned : undefined;
  }

  /** Stores files that were read; when the database refuses something in a group it finds the file, so that it holds up no other one. */
  private storeRead(files: readonly ReadFile[], rows: RowBuffer): Promise<void> {
    if (files.length === 0) return Promise.resolve();
    const stored = async (read: readonly ReadFile[], own: RowBuffer) => ({
      read,
      outcomes: await storeGroup(this.store, read, own),
    });
    return writeGroup(
      {
        write: async (group) => {
          if (group === files) return stored(files, rows);
          const own = new RowBuffer();
          return stored(await readFiles(group, own, this.stations, this.formats), own);
        },
        written: ({ read, outcomes }) => this.finish(read, outcomes),
        refuse: async (file, reason, error) => {
          // Not even the ledger row is taken: something else is wrong.
          if (file.reading.failure?.what === REFUSED) throw error;
          const refused = { ...file, reading: refusedByDatabase(reason, file.reading) };
          await this.storeRead([refused], new RowBuffer());
        },
      },
      files,
    );
  }

  private async storeLarge(input: Input): Promise<void> {
    const { ctx } = this;
    const onChunk = (items: number) => {
      ctx.signal.throwIfAborted();
      ctx.progress({
        step: `loading ${input.name}: ${items} items`,
        done: this.counts.files,
        total: this.total,
      });
    };
    let outcome: FileOutcome;
    try {
      const format = this.formats.ofClaimed(input.name);
      outcome = await storeLargeFile(this.store, input, this.stations, format, onChunk);
    } catch (error) {
      const failed = isRefusedData(error)
        ? {
            ...input,
            sha256: await sha256(input.path),
            reading: refusedByDatabase(reasonOf(error), newReading()),
          }
        : unreadable(input, error);
      await this.storeRead([failed], new RowBuffer());
      return;
    }
    await this.finish([{ ...input, sha256: outcome.ledger.sha256, reading: outcome.reading }], [outcome]);
  }

  /** After the commit: files go to their places, and whoever watches is told. */
  private async finish(files: readonly ReadFile[], outcomes: readonly FileOutcome[]): Promise<void> {
    const { ctx, counts } = this;
    await finishFiles(
      this.store,
      outcomes.flatMap(({ ledger: { id, claim }, state, target }) =>
        target === null ? [] : { id, claim, state, target },
      ),
      this.maker,
    );
    for (const { ledger } of outcomes) {
      counts.files += 1;
      counts.loaded += ledger.loaded + ledger.replaced;
      counts.rejected += ledger.rejected;
      if (ledger.state === 'failed') counts.failed += 1;
    }
    if (outcomes.some(({ ledger: l }) => l.loaded + l.replaced + l.aggregates > 0)) ctx.changed();
    ctx.progress({ step: 'loading', done: counts.files, total: this.total, counts: { ...counts } });
    if (ctx.traced) files.forEach((file, index) => this.trace(file, outcomes[index]!));
  }

  private trace({ name, reading }: ReadFile, { state, ledger }: FileOutcome): void {
    const { loaded, skipped, replaced, rejected, doubtful, aggregates, finalPath } = ledger;
    const counts = { loaded, skipped, replaced, rejected, doubtful, aggregates };
    const told = Object.entries(counts).flatMap(([what, count]) => (count > 0 ? `${count} ${what}` : []));
    const text = reading.failure ? reading.failure.reason : told.join(', ');
    this.ctx.trace(`${name}: ${state}, ${text}`, { ...counts, ...(finalPath === null ? {} : { finalPath }) });
    for (const { message } of reading.rejects.slice(0, TRACED_REJECTS))
      this.ctx.trace(`${name}: refused ${message}`);
    for (const [key, count] of reading.unknown) this.ctx.trace(`${name}: unknown key ${key}, ${count} times`);
  }
}

/** Files that are read together and committed together. */
interface Group {
  files: (Input | Arrival)[];
  /** One file too large for the memory. */
  large: boolean;
}

function* groupsOf(
  files: readonly (Input | Arrival)[],
  settings: LoadSettings,
  formats: Formats,
): Generator<Group> {
  let group: Group = { files: [], large: false };
  let bytes = 0;
  for (const file of files) {
    const weight = formats.weigh(file.name, file.bytes);
    const large = weight > settings.streamBytes;
    const full = group.files.length >= settings.groupFiles || bytes + weight > settings.groupBytes;
    if (group.files.length > 0 && (large || full)) {
      yield group;
      group = { files: [], large: false };
      bytes = 0;
    }
    if (large) {
      yield { files: [file], large };
      continue;
    }
    group.files.push(file);
    bytes += weight;
  }
  if (group.files.length > 0) yield group;
}

/** Is a claimed file what it was when it was found in the inbox? */
function isAsItWas({ bytes, modified, inode }: Arrival, seen: FileIdentity): boolean {
  // Times in ms are rounded.
  return (
    bytes === seen.bytes &&
    inode === Number(seen.inode) &&
    Math.abs(modified - Number(seen.mtimeNs) / 1e6) < 0.01
  );
}

/** Killed on the way, the file has two names; loaded twice it changes nothing. */
async function putBackIntoInbox(work: string, inbox: string): Promise<void> {
  const names = new TargetNames();
  while ((await linkExclusive(work, names.choose(inbox))) === 'taken');
  remove(work);
}

function refusedByDatabase(reason: string, read: Reading): Reading {
  return { ...failedLike(read), failure: { what: REFUSED, reason } };
}
