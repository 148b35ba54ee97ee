import type { ClientBase, PoolClient } from 'pg';
import { inTransaction } from '../../store/transaction.ts';
import type { LedgerFile, RemoteFile } from './compare-listing.ts';
import { openIncidents, resolveById, resolveIncidents, retryLater } from '../../incidents/write-incidents.ts';
import { problemOf, type Fault } from './fault.ts';
import type { Source } from './pull-source.ts';

/** Where a file goes, to be written down before it does. */
export interface Placing {
  id: string;
  /** Absolute. */
  target: string;
  /** See `transfer.remote_file`. */
  hash: string | null;
  /** The same content is there already: nothing has to be moved. */
  known: boolean;
}

/** A file whose row says `placing`. */
export interface Unplaced {
  id: string;
  path: string;
  size: number;
  hash: string | null;
  /** Absolute. */
  target: string;
  /** See `transfer.remote_file`. */
  replaces: string | null;
}

/** Files that the server has not shown for so long are forgotten; a disk of the server may be away for a while. */
const REMEMBERED = '7 days';

/**
 * The ledger of one source, `transfer.remote_file`. All writes go over the run's session, one after the other, since
 * several parts of a run write at the same time.
 */
export class Ledger {
  readonly source: Source;
  private readonly db: PoolClient;
  private readonly task: string;
  private last: Promise<unknown> = Promise.resolve();

  constructor(db: PoolClient, task: string, source: Source) {
    this.db = db;
    this.task = task;
    this.source = source;
  }

  /** PostgreSQL's time: hosts' clocks may differ. */
  now(): Promise<Date> {
    return this.alone(async (db) => {
      const { rows } = await db.query<{ now: Date }>('select clock_timestamp() as now');
      return rows[0]!.now;
    });
  }

  /** All files that the ledger knows, but for the refused ones, by path. */
  read(): Promise<Map<string, LedgerFile>> {
    return this.alone(async (db) => {
      const { rows } = await db.query<Omit<LedgerFile, 'size'> & { size: string }>(
        `select f.id, f.path, f.size, f.modified, f.listed, f.since, f.state, f.incident, f.gone_since as "goneSince",
           f.placed_at as "placedAt", f.target, f.replaces,
           coalesce(d.muted or d.state in ('open', 'given up'), false) as held, d.not_before as "notBefore"
         from transfer.remote_file f left join regie.incident d on d.id = f.incident
         where f.source_id = $1 and f.state <> 'refused'`,
        [this.source.id],
      );
      return new Map(rows.map((row) => [row.path, { ...row, size: Number(row.size) }]));
    });
  }

  /**
   * Writes down what a listing brought: new files, since now; files that are another or gone. `kept`: what was
   * fetched stays on the server, so that its row has to outlive a short absence.
   */
  record(
    fresh: readonly RemoteFile[],
    replaced: readonly LedgerFile[],
    gone: readonly LedgerFile[],
    kept: boolean,
  ): Promise<void> {
    return this.transaction(async (db) => {
      const absent = kept ? gone.filter(({ state }) => state === 'placed') : [];
      const forgotten = [...replaced, ...gone.filter((row) => !absent.includes(row))];
      await this.forget(db, forgotten);
      if (absent.length > 0) {
        const ids = absent.map(({ id }) => id);
        await db.query(
          'update transfer.remote_file set gone_since = coalesce(gone_since, now()) where id = any($1)',
          [ids],
        );
        await db.query(
          `delete from transfer.remote_file where id = any($1) and gone_since < now() - interval '${REMEMBERED}'`,
          [ids],
        );
      }
      const before = new Map(replaced.map((row) => [row.path, row]));
      await openIncidents(
        db,
        this.reporter,
        fresh.flatMap((file) => tellGrown(before.get(file.path), file) ?? []).map(problemOf),
      );
      // `since` is a moment after the listing.
      if (fresh.length > 0)
        await db.query(
          `insert into transfer.remote_file (source_id, path, size, modified, listed, replaces, since)
           select $1, path, size, modified, listed, replaces, clock_timestamp()
           from unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[]) as f (path, size, modified, listed, replaces)`,
          [
            this.source.id,
            fresh.map(({ path }) => path),
            fresh.map(({ size }) => size),
            fresh.map(({ modified }) => modified),
            fresh.map(({ listed }) => listed),
            fresh.map(({ path }) => earlierCopy(before.get(path))),
          ],
        );
    });
  }

  /** Files that were fetched and are back on the server after an absence. */
  async returned(rows: readonly LedgerFile[]): Promise<void> {
    if (rows.length === 0) return;
    return this.alone(async (db) => {
      await db.query('update transfer.remote_file set gone_since = null where id = any($1)', [
        rows.map(({ id }) => id),
      ]);
    });
  }

  /**
   * Does `work` while no other pull puts files into the same local folder: between two of them, even of several
   * workers, a name that is free stays free.
   */
  async whilePlacing<T>(local: string, work: () => Promise<T>): Promise<T> {
    const lock = (call: string) =>
      this.alone((db) => db.query(`select ${call}(hashtext('regie.transfer.place'), hashtext($1))`, [local]));
    await lock('pg_advisory_lock');
    try {
      return await work();
    } finally {
      await lock('pg_advisory_unlock');
    }
  }

  /** Writes down where files go: from now on a missing part means that it was moved there. */
  async placing(files: readonly Placing[]): Promise<void> {
    if (files.length === 0) return;
    return this.transaction(async (db) => {
      await db.query(
        `update transfer.remote_file f
         set state = case when u.known then 'placed' else 'placing' end,
           placed_at = case when u.known then now() end, target = u.target, hash = u.hash
         from unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[]) as u (id, target, hash, known)
         where f.id = u.id`,
        [
          files.map(({ id }) => id),
          files.map(({ target }) => target),
          files.map(({ hash }) => hash),
          files.map(({ known }) => known),
        ],
      );
    });
  }

  /** Writes down that files are in place, safe against a power cut. What failed with them before is over. */
  async placed(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    return this.transaction(async (db) => {
      const { rows } = await db.query<{ incident: string | null; path: string; replaces: string | null }>(
        `update transfer.remote_file set state = 'placed', placed_at = coalesce(placed_at, now())
         where id = any($1) returning incident, path, replaces`,
        [ids],
      );
      await resolveById(
        db,
        rows.map(({ incident }) => incident),
      );
      await resolveIncidents(
        db,
        this.task,
        rows.flatMap(({ path, replaces }) => (replaces === null ? [] : path)),
      );
    });
  }

  /** Forgets files that are not on the server any more. */
  async deleted(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    return this.transaction((db) =>
      this.forget(
        db,
        ids.map((id) => ({ id })),
      ),
    );
  }

  /** Notes that something went wrong with a file; a later run tries again. */
  failed(id: string, fault: Fault): Promise<void> {
    return this.transaction(async (db) => {
      const [incident] = await retryLater(db, this.reporter, [problemOf(fault)]);
      await db.query('update transfer.remote_file set incident = $2 where id = $1', [id, incident!.id]);
    });
  }

  /** Files that a run that died was putting in place. */
  unfinished(): Promise<Unplaced[]> {
    return this.alone(async (db) => {
      const { rows } = await db.query<Omit<Unplaced, 'size'> & { size: string }>(
        `select id, path, size, target, hash, replaces
         from transfer.remote_file where source_id = $1 and state = 'placing' order by id`,
        [this.source.id],
      );
      return rows.map((row) => ({ ...row, size: Number(row.size) }));
    });
  }

  /** Files that were believed to be in place, but are not: to be fetched again. */
  async backToSeen(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    return this.transaction(async (db) => {
      await db.query(
        `update transfer.remote_file set state = 'seen', target = null, hash = null where id = any($1)`,
        [ids],
      );
    });
  }

  /** Files by id, of whichever source; those that no ledger knows are missing. */
  find(ids: readonly string[]): Promise<Map<string, { source: number; state: LedgerFile['state'] }>> {
    return this.alone(async (db) => {
      if (ids.length === 0) return new Map();
      const { rows } = await db.query<{ id: string; source: number; state: LedgerFile['state'] }>(
        'select id, source_id as source, state from transfer.remote_file where id = any($1)',
        [ids],
      );
      return new Map(rows.map(({ id, source, state }) => [id, { source, state }]));
    });
  }

  /** Writes down what is refused, and gives those that are new; forgets those that are refused no more. */
  refuse(faults: readonly Fault[], listed: (path: string) => boolean): Promise<Fault[]> {
    return this.transaction(async (db) => {
      const { rows } = await db.query<{ id: string; path: string; asked: boolean }>(
        `select f.id, f.path, coalesce(d.state = 'retrying', false) as asked
         from transfer.remote_file f left join regie.incident d on d.id = f.incident
         where f.source_id = $1 and f.state = 'refused'`,
        [this.source.id],
      );
      const wanted = new Map(faults.map((fault) => [fault.path, fault]));
      const known = new Set(rows.map(({ path }) => path));
      await this.forget(
        db,
        rows.filter(({ path }) => !wanted.has(path) && listed(path)),
      );
      const newRefusals = [...wanted.values()].filter(({ path }) => !known.has(path));
      const written = await openIncidents(db, this.reporter, newRefusals.map(problemOf));
      // An operator had them tried again, and nothing has changed.
      const asked = rows.filter((row) => row.asked).flatMap(({ path }) => wanted.get(path) ?? []);
      await openIncidents(db, this.reporter, asked.map(problemOf));
      await db.query(
        `insert into transfer.remote_file (source_id, path, size, modified, state, incident)
         select $1, path, 0, '', 'refused', incident
         from unnest($2::text[], $3::bigint[]) as f (path, incident)`,
        [this.source.id, written.map(({ subject }) => subject), written.map(({ id }) => id)],
      );
      return newRefusals;
    });
  }

  /** How many files wait to be fetched, and since when. */
  waiting(): Promise<{ count: number; oldest: Date | null }> {
    return this.alone(async (db) => {
      const { rows } = await db.query<{ count: number; oldest: Date | null }>(
        `select count(*)::int as count, min(since) as oldest
         from transfer.remote_file where source_id = $1 and state = 'seen'`,
        [this.source.id],
      );
      return rows[0]!;
    });
  }

  private async forget(db: ClientBase, rows: readonly { id: string }[]): Promise<void> {
    if (rows.length === 0) return;
    const { rows: forgotten } = await db.query<{ incident: string | null }>(
      'delete from transfer.remote_file where id = any($1) returning incident',
      [rows.map(({ id }) => id)],
    );
    await resolveById(
      db,
      forgotten.map(({ incident }) => incident),
    );
  }

  private get reporter() {
    return { task: this.task, kind: 'ftpPull' };
  }

  private transaction<T>(work: (db: PoolClient) => Promise<T>): Promise<T> {
    return this.alone((db) => inTransaction(db, work));
  }

  private alone<T>(work: (db: PoolClient) => Promise<T>): Promise<T> {
    const done = this.last.then(() => work(this.db));
    // Its error is thrown where it is awaited; those who come after it are not concerned.
    this.last = done.catch(() => undefined);
    return done;
  }
}

/** Where the last version of a file went that was fetched; null when there was none. */
function earlierCopy(before: LedgerFile | undefined): string | null {
  return (before?.state === 'placed' ? before.target : before?.replaces) ?? null;
}

/** Somebody wrote to a file of the server after it was fetched. A smaller one is a new file with the old name: nothing is missing of the old one. */
export function tellGrown(before: LedgerFile | undefined, { path, size }: RemoteFile): Fault | undefined {
  if (before?.state !== 'placed' || size <= before.size) return undefined;
  const reason =
    `${path}: somebody wrote to it on the server after it was fetched: it had ${before.size} bytes then, and has ${size} now; ` +
    'it is fetched again, as a new version, when it has stopped changing';
  return { path, what: 'grown', reason };
}
