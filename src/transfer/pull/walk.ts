import path from 'node:path';
import type { RawListing } from '../ftp/ftp-connection.ts';
import type { Entry } from '../ftp/parse-listing.ts';
import { LONGEST_PATH, printable } from '../ftp/remote-names.ts';
import type { RemoteFile } from './compare-listing.ts';
import { toFile } from './file-facts.ts';
import type { Fault } from './fault.ts';

/** What a server has below a folder. */
export interface Listing {
  /** How many files and folders were left alone, for the name of work in progress. */
  inProgress: number;
  /** In the order of their paths. */
  files: RemoteFile[];
  refused: Fault[];
  /** Can this listing tell that a path is gone? Not below a folder that could not be listed. */
  covers: (path: string) => boolean;
}

/** What a walk through folders has found so far. */
export class Walk {
  readonly files: RemoteFile[] = [];
  readonly refused: Fault[] = [];
  /** Beginnings of paths below folders that could not be listed. */
  private readonly blind: string[] = [];
  private readonly refusedPaths = new Set<string>();
  private readonly isInProgress: (path: string) => boolean;
  private inProgress = 0;

  constructor(isInProgress: (path: string) => boolean) {
    this.isInProgress = isInProgress;
  }

  refuse(path: string, what: string, reason: string): void {
    this.refusedPaths.add(path);
    const shown = printable(path);
    this.refused.push({ path: shown, what, reason: `${shown}: ${reason}` });
  }

  unlisted(folder: string, answer: string): void {
    this.blind.push(`${folder}/`);
    this.refuse(`${folder}/`, 'unlisted', `the folder cannot be listed: ${answer}`);
  }

  /** Is a folder not to be looked into? */
  passesOver(path: string): boolean {
    return this.refusedPaths.has(path) || this.isInProgress(path);
  }

  /** Takes a file, leaves it alone, or refuses what is in its place. */
  take(path: string, { type, size, time }: Omit<Entry, 'name'>, format: RawListing['format']): void {
    const bytes = Buffer.byteLength(path);
    if (this.isInProgress(path)) this.inProgress += 1;
    else if (bytes > LONGEST_PATH)
      this.refuse(path, 'unsafe-name', `a path of ${bytes} bytes, where ${LONGEST_PATH} are the most`);
    else if (type === 'link') this.refuse(path, 'link', 'a symbolic link, which may lead anywhere');
    else if (type === 'other') this.refuse(path, 'special', 'neither a file nor a folder');
    else if (type === 'file') {
      const file = toFile(path, { type, size, time }, format);
      if (file) this.files.push(file);
      else this.refuse(path, 'no-size', 'a file whose size the server does not tell');
    }
  }

  result(): Listing {
    const { files, refused, blind, refusedPaths, inProgress } = this;
    files.sort((a, b) => (a.path < b.path ? -1 : 1));
    return {
      files,
      refused,
      inProgress,
      covers: (path) => !refusedPaths.has(path) && !blind.some((folder) => path.startsWith(folder)),
    };
  }
}

/** A path below the remote folder. */
export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The folder of a path, '' for the remote folder itself. */
export function folderOf(file: string): string {
  return file.includes('/') ? path.posix.dirname(file) : '';
}
