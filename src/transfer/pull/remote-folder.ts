import { FTPError } from 'basic-ftp';
import { inProgressFilter } from '../../files/in-progress.ts';
import type { Connection, RawListing } from '../ftp/ftp-connection.ts';
import type { Received, Receiver } from '../ftp/download.ts';
import { readHashAnswer } from '../ftp/features.ts';
import { readListing, type Entry } from '../ftp/parse-listing.ts';
import type { Pool } from '../ftp/pool.ts';
import { AccessProblem } from '../ftp/problem.ts';
import type { Server } from '../ftp/ftp-server.ts';
import { isSameVersion, type RemoteFile } from './compare-listing.ts';
import { isUnknown, readFileFacts, readMdtm, toFile, type Answer } from './file-facts.ts';
import type { PullSettings } from './pull-settings.ts';
import { folderOf, join, Walk, type Listing } from './walk.ts';

/** What became of files that were to be deleted, by path. Those in none of them are not there any more. */
export interface Removal {
  deleted: Set<string>;
  /** With what the server says. */
  refused: Map<string, string>;
  /** Other ones than were fetched by now: they stay. */
  changed: Set<string>;
}

/** How files are looked at again. */
interface Ways {
  /** By commands for each. */
  single: RemoteFile[];
  /** By a listing of their folder. */
  listed: RemoteFile[];
}

/** That files are the same is believed for so long after somebody looked, ms. */
const FRESH = 1_000;
/** A server that shows more than this goes in circles, or needs several tasks. */
const MOST_FILES = 2_000_000;
const DEEPEST = 100;
/** Commands sent in one go: their answers must fit into the sockets' buffers, or both sides would wait. */
const AT_ONCE = 64;
/** A folder is listed again rather than its files looked at one by one when it holds at most so many times as many. */
const WORTH_LISTING = 20;

/** The remote folder of a pull, through a pool of connections. Paths are relative to it. */
export class RemoteFolder {
  private readonly pool: Pool;
  private readonly server: Server;
  private readonly root: string;
  private readonly format: RawListing['format'];
  private readonly isInProgress: (path: string) => boolean;
  /** Entries of each folder when it was last listed. */
  private readonly sizes = new Map<string, number>();

  private constructor(
    pool: Pool,
    server: Server,
    {
      root,
      format,
      isInProgress,
    }: { root: string; format: RawListing['format']; isInProgress: (path: string) => boolean },
  ) {
    this.pool = pool;
    this.server = server;
    this.root = root;
    this.format = format;
    this.isInProgress = isInProgress;
  }

  /** Connects. Throws `AccessProblem` when the server cannot be used, or the folder is not there. */
  static async open(pool: Pool, server: Server, settings: PullSettings): Promise<RemoteFolder> {
    const { remotePath, list } = settings;
    const root = await pool
      .run((connection) => connection.enter(remotePath))
      .catch((error: unknown) => {
        if (!(error instanceof FTPError)) throw error;
        throw new AccessProblem(
          `${server.address} has no folder ${remotePath} for this user: ${server.quote(error.message)}. Create it there, or correct remotePath`,
          { lasting: true, cause: error },
        );
      });
    if (list === 'mlsd' && server.features?.mlsd === false)
      throw new AccessProblem(`${server.address} does not offer MLSD. Set list to "auto" or "list"`, {
        lasting: true,
      });
    const format = list === 'auto' ? (server.features?.mlsd ? 'mlsd' : 'list') : list;
    return new RemoteFolder(pool, server, {
      root,
      format,
      isInProgress: inProgressFilter(settings.inProgress),
    });
  }

  /** Lists the folder and all below it. */
  async walk(onFolder: (files: number) => void): Promise<Listing> {
    const walk = new Walk(this.isInProgress);
    const visit = async (folder: string, above: readonly string[]): Promise<void> => {
      const folders = await this.listFolder(folder, walk);
      onFolder(walk.files.length);
      if (walk.files.length + walk.refused.length > MOST_FILES)
        throw new AccessProblem(
          `${this.server.address} shows more than ${MOST_FILES} files below ${this.root}. Set remotePath to a folder with fewer, in several tasks`,
          { lasting: true },
        );
      const inside = folders.flatMap(({ name, unique }) => {
        const path = join(folder, name);
        if (above.length >= DEEPEST) walk.refuse(`${path}/`, 'too-deep', `a folder below ${DEEPEST} others`);
        else if (unique !== undefined && above.includes(unique))
          walk.refuse(`${path}/`, 'circle', 'a folder that is one of those above it');
        else return [visit(path, [...above, unique ?? ''])];
        return [];
      });
      await Promise.all(inside);
    };
    await visit('', []);
    return walk.result();
  }

  /** Lists only the folders that hold the given files, not those below. */
  async listFoldersOf(files: readonly { path: string }[]): Promise<Listing> {
    const walk = new Walk(this.isInProgress);
    const folders = [...new Set(files.map((file) => folderOf(file.path)))];
    await Promise.all(folders.map((folder) => this.listFolder(folder, walk)));
    const listed = new Set(folders);
    const found = walk.result();
    return { ...found, covers: (path) => listed.has(folderOf(path)) && found.covers(path) };
  }

  /**
   * Gives files whose times the listing shows to the minute only, or not at all, the exact ones, where the server can
   * tell them. Files that `skip` says yes to stay as they are.
   */
  async refine(files: readonly RemoteFile[], skip: (file: RemoteFile) => boolean): Promise<void> {
    if (!this.server.features?.mdtm) return;
    const wanted = files.filter((file) => file.listed !== null && !skip(file));
    await this.askForEach(wanted, 'MDTM', (file, answer) => {
      const time = readMdtm(answer);
      if (time !== undefined) file.modified = time;
      else if (isUnknown(answer)) this.server.features!.mdtm = false;
    });
  }

  /** Size and time of files as they are now; files that are gone are missing. */
  async statFiles(files: readonly RemoteFile[]): Promise<Map<string, RemoteFile>> {
    const { single, listed } = this.waysToStat(files);
    const jobs: Ways[] = [
      ...this.inGoes(single).map((group) => ({ single: group, listed: [] })),
      ...byFolder(listed).map((inside) => ({ single: [], listed: inside })),
    ];
    const stat = (ways: Ways) =>
      this.pool.run((connection) => this.statOn(connection, ways), { urgent: true });
    const found = await Promise.all(jobs.map(stat));
    return new Map(found.flatMap((each) => [...each]));
  }

  /** Is a file still the very same? Asked on one connection, by a job that holds it. */
  async isSame(connection: Connection, file: RemoteFile): Promise<boolean> {
    return isUnchanged(file, await this.statOn(connection, this.waysToStat([file])));
  }

  /** The server cannot begin in the middle of a file, though it says so. */
  refuseResume(): void {
    this.server.features!.rest = false;
  }

  /** The server's own hashes of files, where it computes them; files that it refuses are missing. */
  async hashes(files: readonly { path: string }[]): Promise<Map<string, string>> {
    const hashes = new Map<string, string>();
    const hash = this.server.features?.hash;
    if (!hash) return hashes;
    await this.askForEach(files, hash.command, (file, answer) => {
      const value = answer instanceof FTPError ? undefined : readHashAnswer(answer.message, hash.algorithm);
      if (value !== undefined) hashes.set(file.path, value);
    });
    return hashes;
  }

  /** The algorithm of `hashes`. */
  get hashAlgorithm(): 'sha256' | 'sha1' | 'md5' | undefined {
    return this.server.features?.hash?.algorithm;
  }

  /** Says that data arrives. */
  good(): void {
    this.pool.good();
  }

  /** Can a download begin in the middle of a file? */
  get resumable(): boolean {
    return this.server.features?.rest === true;
  }

  /**
   * Deletes those of the files that are as they were when they were fetched. Looked at on the very connection, right
   * before: uploads go on, and another file may have got the name. `looked`: when somebody saw that they were the same,
   * ms since 1970; that is believed for a moment. A command whose answer was lost may have been carried out, so a second
   * try always looks.
   */
  async remove(files: readonly RemoteFile[], looked = 0): Promise<Removal> {
    const removal: Removal = { deleted: new Set(), refused: new Map(), changed: new Set() };
    const one = async (group: readonly RemoteFile[]) => {
      let tried = false;
      const outcome = await this.pool.run(
        async (connection) => {
          const fresh = !tried && Date.now() - looked < FRESH;
          tried = true;
          const now = fresh ? undefined : await this.statOn(connection, this.waysToStat(group));
          const same = group.filter((file) => now === undefined || isUnchanged(file, now));
          const answers = await connection.ask(same.map(({ path }) => `DELE ${this.absolute(path)}`));
          return { same, answers, now };
        },
        { urgent: true },
      );
      for (const [n, { path }] of outcome.same.entries()) {
        const answer = outcome.answers[n]!;
        if (answer instanceof FTPError) removal.refused.set(path, this.server.quote(answer.message));
        else removal.deleted.add(path);
      }
      // Those that are gone are left to the next listing: it tells for sure.
      for (const file of group)
        if (outcome.now?.has(file.path) && !outcome.same.includes(file)) removal.changed.add(file.path);
    };
    await Promise.all(inGroups(files, AT_ONCE).map(one));
    return removal;
  }

  /** What the server says, for messages. */
  quote(text: string): string {
    return this.server.quote(text);
  }

  /** Fetches a file on a connection of the pool. */
  fetch(
    connection: Connection,
    file: { path: string },
    startAt: number,
    receiver: Receiver,
  ): Promise<Received> {
    return connection.fetch(this.absolute(file.path), startAt, receiver);
  }

  /** Gives the folders in it. */
  private async listFolder(folder: string, walk: Walk): Promise<Entry[]> {
    let raw: RawListing;
    try {
      raw = await this.pool.run((connection) => connection.list(this.absolute(folder), this.format), {
        urgent: true,
      });
    } catch (error) {
      if (!(error instanceof FTPError)) throw error;
      const answer = this.server.quote(error.message);
      if (folder === '')
        throw new AccessProblem(
          `${this.server.address} does not list ${this.root}: ${answer}. Look at the rights of that folder, and at the setting list`,
          { lasting: true, cause: error },
        );
      walk.unlisted(folder, answer);
      return [];
    }
    const { entries, refused } = readListing(raw);
    this.sizes.set(folder, entries.length);
    for (const { name, reason } of refused) walk.refuse(join(folder, name), 'unsafe-name', reason);
    for (const entry of entries) walk.take(join(folder, entry.name), entry, this.format);
    return entries.filter(({ type, name }) => type === 'folder' && !walk.passesOver(join(folder, name)));
  }

  /** One command for each file, on all connections. */
  private async askForEach<F extends { path: string }>(
    files: readonly F[],
    command: string,
    take: (file: F, answer: Answer) => void,
  ): Promise<void> {
    const ask = async (group: readonly F[]) => {
      const commands = group.map((file) => `${command} ${this.absolute(file.path)}`);
      const answers = await this.pool.run((connection) => connection.ask(commands), { urgent: true });
      group.forEach((file, n) => take(file, answers[n]!));
    };
    await Promise.all(inGroups(files, AT_ONCE).map(ask));
  }

  /** Size and time of files as they are now, asked on one connection. */
  private async statOn(connection: Connection, { single, listed }: Ways): Promise<Map<string, RemoteFile>> {
    const now = new Map<string, RemoteFile>();
    const left = [...listed];
    for (const group of this.inGoes(single)) {
      const commands = group.map((file) => this.factsOf(file));
      const answers = await connection.ask(commands.flat());
      for (const [n, file] of group.entries()) {
        const found = readFileFacts(file, answers.splice(0, commands[n]!.length));
        if (found === 'unknown') left.push(file);
        else if (found) now.set(file.path, found);
      }
    }
    for (const inside of byFolder(left)) {
      const found = await this.listOn(connection, folderOf(inside[0]!.path));
      const there = inside.filter(({ path }) => found.has(path));
      const exact = there.filter((file) => this.isExact(file));
      for (const group of inGroups(exact, AT_ONCE)) {
        const answers = await connection.ask(group.map(({ path }) => `MDTM ${this.absolute(path)}`));
        // Without its time it is another one.
        for (const [n, { path }] of group.entries()) found.get(path)!.modified = readMdtm(answers[n]!) ?? '';
      }
      for (const { path } of there) now.set(path, found.get(path)!);
    }
    return now;
  }

  /** The files of one folder, asked on one connection; none when it cannot be listed. */
  private async listOn(connection: Connection, folder: string): Promise<Map<string, RemoteFile>> {
    try {
      const { entries } = readListing(await connection.list(this.absolute(folder), this.format));
      const files = entries.flatMap((entry) => toFile(join(folder, entry.name), entry, this.format) ?? []);
      return new Map(files.map((file) => [file.path, file]));
    } catch (error) {
      if (error instanceof FTPError) return new Map();
      throw error;
    }
  }

  /** Which files are asked for one by one, and for which a listing of their folder is cheaper, or the only way. */
  private waysToStat(files: readonly RemoteFile[]): Ways {
    const ways: Ways = { single: [], listed: [] };
    for (const inside of byFolder(files)) {
      const few = (this.sizes.get(folderOf(inside[0]!.path)) ?? 0) > WORTH_LISTING * inside.length;
      for (const file of inside) {
        const [command] = this.factsOf(file);
        if (command !== undefined && (few || this.isExact(file))) ways.single.push(file);
        else ways.listed.push(file);
      }
    }
    return ways;
  }

  /** Files whose facts are asked for in one go. */
  private inGoes(files: readonly RemoteFile[]): RemoteFile[][] {
    const most = files.reduce((longest, file) => Math.max(longest, this.factsOf(file).length), 1);
    return inGroups(files, Math.floor(AT_ONCE / most));
  }

  /** What tells size and time of one file, as exactly as they are known; empty where only a listing does. */
  private factsOf(file: RemoteFile): string[] {
    const path = this.absolute(file.path);
    if (this.isExact(file)) return this.server.features?.size ? [`MDTM ${path}`, `SIZE ${path}`] : [];
    return this.format === 'mlsd' ? [`MLST ${path}`] : [];
  }

  /** Did the server tell the file's time by MDTM, and would do so again? */
  private isExact({ modified, listed }: RemoteFile): boolean {
    return this.server.features?.mdtm === true && listed !== null && modified !== listed;
  }

  private absolute(below: string): string {
    if (below === '') return this.root;
    return this.root.endsWith('/') ? `${this.root}${below}` : `${this.root}/${below}`;
  }
}

function isUnchanged(file: RemoteFile, now: ReadonlyMap<string, RemoteFile>): boolean {
  const there = now.get(file.path);
  return there !== undefined && isSameVersion(file, there);
}

function byFolder(files: readonly RemoteFile[]): RemoteFile[][] {
  const folders = new Map<string, RemoteFile[]>();
  for (const file of files) {
    const folder = folderOf(file.path);
    const inside = folders.get(folder);
    if (inside) inside.push(file);
    else folders.set(folder, [file]);
  }
  return [...folders.values()];
}

function inGroups<T>(all: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, n) => all.slice(n * most, (n + 1) * most));
}
