import path from 'node:path';
import { FTPError } from 'basic-ftp';
import type { Connection, RawListing } from '../ftp/connection.ts';
import type { Received, Receiver } from '../ftp/download.ts';
import { readHashAnswer } from '../ftp/features.ts';
import { readFacts, readListing, type Entry } from '../ftp/listing.ts';
import { LONGEST_PATH, printable } from '../ftp/names.ts';
import type { Pool } from '../ftp/pool.ts';
import { AccessProblem } from '../ftp/problem.ts';
import type { Server } from '../ftp/server.ts';
import { isSameVersion, type RemoteFile } from './compare.ts';
import type { Fault } from './letters.ts';
import type { PullSettings } from './settings.ts';

/** What a server has below a folder. */
export interface Listing {
  /** In the order of their paths. */
  files: RemoteFile[];
  refused: Fault[];
  /** Can this listing tell that a path is gone? Not below a folder that could not be listed. */
  covers: (path: string) => boolean;
}

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
  /** Entries of each folder when it was last listed. */
  private readonly sizes = new Map<string, number>();

  private constructor(pool: Pool, server: Server, root: string, format: RawListing['format']) {
    this.pool = pool;
    this.server = server;
    this.root = root;
    this.format = format;
  }

  /** Connects. Throws `AccessProblem` when the server cannot be used, or the folder is not there. */
  static async open(pool: Pool, server: Server, { remotePath, list }: PullSettings): Promise<RemoteFolder> {
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
    return new RemoteFolder(pool, server, root, format);
  }

  /** Lists the folder and all below it. */
  async walk(onFolder: (files: number) => void): Promise<Listing> {
    const walk = new Walk();
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
    const walk = new Walk();
    const folders = [...new Set(files.map((file) => folderOf(file.path)))];
    await Promise.all(folders.map((folder) => this.listFolder(folder, walk)));
    const listed = new Set(folders);
    const { files: found, refused, covers } = walk.result();
    return { files: found, refused, covers: (path) => listed.has(folderOf(path)) && covers(path) };
  }

  /**
   * Gives files whose times LIST shows to the minute only the exact ones, where the server can tell them. Files that
   * `skip` says yes to stay as they are.
   */
  async refine(files: readonly RemoteFile[], skip: (file: RemoteFile) => boolean): Promise<void> {
    if (this.format === 'mlsd' || !this.server.features?.mdtm) return;
    const wanted = files.filter((file) => !skip(file));
    await this.askForEach(wanted, 'MDTM', (file, answer) => {
      const time = timeOf(answer);
      if (time !== undefined) file.modified = time;
      else if (isUnknown(answer)) this.server.features!.mdtm = false;
    });
  }

  /** Size and time of files as they are now; files that are gone are missing. */
  async lookAgain(files: readonly RemoteFile[]): Promise<Map<string, RemoteFile>> {
    const now = new Map<string, RemoteFile>();
    const byFolder = new Map<string, RemoteFile[]>();
    for (const file of files) {
      const folder = folderOf(file.path);
      const inside = byFolder.get(folder);
      if (inside) inside.push(file);
      else byFolder.set(folder, [file]);
    }
    const one: RemoteFile[] = [];
    const listed: RemoteFile[] = [];
    for (const [folder, inside] of byFolder) {
      const few = (this.sizes.get(folder) ?? 0) > WORTH_LISTING * inside.length;
      for (const file of inside) {
        const single = this.format === 'mlsd' ? few : this.isExact(file);
        (single ? one : listed).push(file);
      }
    }
    const command = this.format === 'mlsd' ? 'MLST' : 'MDTM';
    await this.askForEach(one, command, (file, answer) => {
      if (isUnknown(answer)) listed.push(file);
      const found = command === 'MLST' ? factsOf(file, answer) : exactOf(file, answer);
      if (found) now.set(file.path, found);
    });
    if (listed.length > 0) {
      const { files: found } = await this.listFoldersOf(listed);
      const wanted = new Set(listed.map((file) => file.path));
      for (const file of found) if (wanted.has(file.path)) now.set(file.path, file);
    }
    return now;
  }

  /** Is a file still the very same? Asked on one connection, by a job that holds it. */
  async isSame(connection: Connection, file: RemoteFile): Promise<boolean> {
    const command = this.format === 'mlsd' ? 'MLST' : this.isExact(file) ? 'MDTM' : undefined;
    if (command !== undefined) {
      const [answer] = await connection.ask([`${command} ${this.absolute(file.path)}`]);
      if (!isUnknown(answer!)) {
        const now = command === 'MLST' ? factsOf(file, answer!) : exactOf(file, answer!);
        return now !== undefined && isSameVersion(file, now);
      }
    }
    const folder = folderOf(file.path);
    const { entries } = readListing(await connection.list(this.absolute(folder), this.format));
    const now = entries.find(({ name }) => join(folder, name) === file.path);
    return now?.size === file.size && now.time === (file.listed ?? file.modified);
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

  /** Deletes files; gives what the server says of those that it does not delete. */
  async remove(files: readonly { path: string }[]): Promise<Map<string, string>> {
    const refused = new Map<string, string>();
    await this.askForEach(files, 'DELE', (file, answer) => {
      if (answer instanceof FTPError) refused.set(file.path, this.server.quote(answer.message));
    });
    return refused;
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
    return entries.filter(({ type, name }) => type === 'folder' && !walk.refuses(join(folder, name)));
  }

  /** One command for each file, on all connections. */
  private async askForEach<F extends { path: string }>(
    files: readonly F[],
    command: string,
    take: (file: F, answer: { code: number; message: string }) => void,
  ): Promise<void> {
    const groups = Array.from({ length: Math.ceil(files.length / AT_ONCE) }, (_, n) =>
      files.slice(n * AT_ONCE, (n + 1) * AT_ONCE),
    );
    const ask = async (group: readonly F[]) => {
      const commands = group.map((file) => `${command} ${this.absolute(file.path)}`);
      const answers = await this.pool.run((connection) => connection.ask(commands), { urgent: true });
      group.forEach((file, n) => take(file, answers[n]!));
    };
    await Promise.all(groups.map(ask));
  }

  /** Has the server told the file's time to the second, and would do so again? */
  private isExact({ modified, listed }: RemoteFile): boolean {
    return this.server.features?.mdtm === true && modified !== listed;
  }

  private absolute(below: string): string {
    if (below === '') return this.root;
    return this.root.endsWith('/') ? `${this.root}${below}` : `${this.root}/${below}`;
  }
}

/** What a walk through folders has found so far. */
class Walk {
  readonly files: RemoteFile[] = [];
  readonly refused: Fault[] = [];
  /** Beginnings of paths below folders that could not be listed. */
  private readonly blind: string[] = [];
  private readonly refusedPaths = new Set<string>();

  refuse(path: string, what: string, reason: string): void {
    this.refusedPaths.add(path);
    const shown = printable(path);
    this.refused.push({ path: shown, what, reason: `${shown}: ${reason}` });
  }

  unlisted(folder: string, answer: string): void {
    this.blind.push(`${folder}/`);
    this.refuse(`${folder}/`, 'unlisted', `the folder cannot be listed: ${answer}`);
  }

  refuses(path: string): boolean {
    return this.refusedPaths.has(path);
  }

  /** Takes a file, or refuses what is in its place. */
  take(path: string, { type, size, time }: Entry, format: RawListing['format']): void {
    const bytes = Buffer.byteLength(path);
    if (bytes > LONGEST_PATH)
      this.refuse(path, 'unsafe-name', `a path of ${bytes} bytes, where ${LONGEST_PATH} are the most`);
    else if (type === 'link') this.refuse(path, 'link', 'a symbolic link, which may lead anywhere');
    else if (type === 'other') this.refuse(path, 'special', 'neither a file nor a folder');
    else if (type === 'file' && size === undefined)
      this.refuse(path, 'no-size', 'a file whose size the server does not tell');
    else if (type === 'file')
      this.files.push({ path, size: size!, modified: time, listed: format === 'list' ? time : null });
  }

  result(): Listing {
    const { files, refused, blind, refusedPaths } = this;
    files.sort((a, b) => (a.path < b.path ? -1 : 1));
    return {
      files,
      refused,
      covers: (path) => !refusedPaths.has(path) && !blind.some((folder) => path.startsWith(folder)),
    };
  }
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The folder of a path, '' for the remote folder itself. */
function folderOf(file: string): string {
  return file.includes('/') ? path.posix.dirname(file) : '';
}

/** The answer to MDTM: `213 20260102030405`. */
function timeOf({ code, message }: { code: number; message: string }): string | undefined {
  return code === 213 ? /^213 (\d{14}(?:\.\d+)?)\s*$/.exec(message)?.[1] : undefined;
}

function exactOf(file: RemoteFile, answer: { code: number; message: string }): RemoteFile | undefined {
  const modified = timeOf(answer);
  return modified === undefined ? undefined : { ...file, modified };
}

/** The answer to MLST: the facts stand on a line of their own, after a space. */
function factsOf(
  { path, listed }: RemoteFile,
  { code, message }: { code: number; message: string },
): RemoteFile | undefined {
  const line = code === 250 ? message.split('\n').find((text) => text.startsWith(' ')) : undefined;
  const facts = line === undefined ? undefined : readFacts(line.slice(1));
  if (facts === undefined || facts === 'ignored' || facts.size === undefined) return undefined;
  return { path, size: facts.size, modified: facts.time, listed };
}

/** 500, 502, 504: the server does not know the command. */
function isUnknown({ code }: { code: number }): boolean {
  return code === 500 || code === 502 || code === 504;
}
