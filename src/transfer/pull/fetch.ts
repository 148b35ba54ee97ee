import { statSync } from 'node:fs';
import { FTPError } from 'basic-ftp';
import type { Connection } from '../ftp/ftp-connection.ts';
import type { Pool } from '../ftp/pool.ts';
import { remove } from '../../files/move.ts';
import type { LedgerFile } from './compare-listing.ts';
import { checkRoom, diskProblem, type Growing } from './disk.ts';
import { partOf } from './pull-folders.ts';
import { FileChanged, PartFile } from './part-file.ts';
import type { RemoteFolder } from './remote-folder.ts';
import type { Folders } from './pull-settings.ts';

/** A file that is complete in the work folder. */
export interface Fetched {
  row: LedgerFile;
  part: string;
  /** Of what was received, hexadecimal, by the algorithm of the server's own hashes; undefined where it has none. */
  hash: string | undefined;
  /** Settles when the server has said that this was all; throws as `Received` does. */
  confirmed: Promise<unknown>;
  /** Settles when the content is safe against a power cut. */
  synced: Promise<void>;
}

export interface FetchContext {
  pool: Pool;
  remote: RemoteFolder;
  folders: Folders;
  /** Ids of files of which earlier runs left a part. */
  parts: ReadonlySet<string>;
  /** Files that are being fetched at this moment. */
  growing: Set<Growing>;
}

/** A file whose beginning is shorter is fetched anew: that costs less than asking. */
const WORTH_RESUMING = 2 ** 18;
/** From this size on it is looked first whether there is room. */
const WORTH_MEASURING = 2 ** 20;

/**
 * Fetches a file into the work folder. After a cut it goes on where it stopped, as long as the server's file is the
 * same; so it does with what an earlier run left.
 *
 * Throws `FTPError` when the server refuses the file, `FileChanged` when it is not as long as it was listed,
 * `DiskProblem`, or what the pool throws. What has arrived stays in the work folder, unless the file is
 * another by now or the disk is full.
 */
export async function fetchFile(
  row: LedgerFile,
  { pool, remote, folders, parts, growing }: FetchContext,
): Promise<Fetched> {
  const fetching = new Fetching(row, remote, folders, growing);
  try {
    await fetching.open(parts.has(row.id));
    if (!fetching.complete)
      await pool.run((connection) => fetching.run(connection), { progress: () => fetching.reached });
    return await fetching.end();
  } catch (error) {
    await fetching.abandon();
    const problem = diskProblem(folders.work, error);
    if (problem || error instanceof FileChanged) remove(fetching.path);
    throw problem ?? error;
  } finally {
    fetching.forget();
  }
}

class Fetching implements Growing {
  readonly path: string;
  /** The furthest byte so far. */
  reached = 0;
  private readonly row: LedgerFile;
  private readonly remote: RemoteFolder;
  private readonly growing: Set<Growing>;
  private readonly work: string;
  private part: PartFile | undefined;
  private tried = false;
  private confirmed: Promise<unknown> = Promise.resolve();

  constructor(row: LedgerFile, remote: RemoteFolder, folders: Folders, growing: Set<Growing>) {
    this.row = row;
    this.remote = remote;
    this.growing = growing;
    this.path = partOf(folders, row.id);
    this.work = folders.work;
  }

  /** Bytes that are not on disk yet. */
  get missing(): number {
    return this.part?.missing ?? this.row.size;
  }

  /** Did an earlier run receive all of it? An empty file looks so before anybody asked for it. */
  get complete(): boolean {
    return this.row.size > 0 && this.part?.position === this.row.size;
  }

  async open(begun: boolean): Promise<void> {
    const there = begun ? (statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) : 0;
    const { size } = this.row;
    const useful = there === size || (there < size && there >= WORTH_RESUMING && this.remote.resumable);
    const keep = useful ? there : 0;
    if (size - keep >= WORTH_MEASURING) checkRoom(this.work, this.row.path, size - keep, this.growing);
    // Before anything is awaited: others look for room too.
    this.growing.add(this);
    await this.begin(keep);
  }

  forget(): void {
    this.growing.delete(this);
  }

  async run(connection: Connection): Promise<void> {
    const { remote, row } = this;
    // The listing says that the file is the one of which an earlier run has the beginning. After a cut it is old.
    if (this.tried && this.part!.position > 0 && !(await remote.isSame(connection, row)))
      throw new FileChanged('the file changed while it was fetched');
    this.tried = true;
    if (this.part!.position > 0 && !remote.resumable) await this.startOver();
    try {
      await this.receive(connection);
    } catch (error) {
      if (this.part!.position === 0 || !refusesRest(error)) throw error;
      remote.refuseResume();
      await this.startOver();
      await this.receive(connection);
    }
  }

  async end(): Promise<Fetched> {
    const { part, row } = this;
    const hash = await part!.end(readTime(row.modified));
    const synced = part!.sync();
    // Awaited with those of other files; until then it must not count as unhandled.
    synced.catch(() => undefined);
    return { row, part: this.path, hash, confirmed: this.confirmed, synced };
  }

  /** Closes; what has arrived is left for the next time. */
  async abandon(): Promise<void> {
    await this.part?.abandon();
  }

  private async begin(keep: number): Promise<void> {
    this.part = await PartFile.open(this.path, this.row.size, this.remote.hashAlgorithm, keep);
  }

  private async receive(connection: Connection): Promise<void> {
    const part = this.part!;
    const note = (pause: Promise<void> | undefined) => {
      this.remote.good();
      if (part.position > this.reached) this.reached = part.position;
      return pause;
    };
    const received = await this.remote.fetch(connection, this.row, part.position, {
      take: (chunk) => note(part.take(chunk)),
      space: () => part.space(),
      landed: (bytes) => note(part.landed(bytes)),
    });
    this.confirmed = received.confirmed;
    // Cut off, or shorter than it was listed: the server says which. Of an empty file nothing else can tell.
    if (part.position < part.size || part.size === 0) await received.confirmed;
  }

  private async startOver(): Promise<void> {
    await this.abandon();
    await this.begin(0);
  }
}

/** The server answers REST with no; the file itself is refused with 550. */
function refusesRest(error: unknown): boolean {
  return error instanceof FTPError && error.code >= 500 && error.code < 510;
}

/** A time of MLSD or MDTM, which are UTC; undefined for what LIST shows. */
function readTime(modified: string): Date | undefined {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(modified) ?? [];
  if (parts.length === 0) return undefined;
  const [year, month, day, hour, minute, second] = parts.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
}
