import { lstatSync } from 'node:fs';

/** Which file it is, and as which it was seen: two that differ in one of these are two files, or two versions of one. */
export interface FileIdentity {
  bytes: number;
  mtimeNs: bigint;
  inode: bigint;
}

/** What a file is now; undefined when there is none, or no file. */
export function identify(file: string): FileIdentity | undefined {
  const stat = lstatSync(file, { bigint: true, throwIfNoEntry: false });
  if (!stat?.isFile()) return undefined;
  return { bytes: Number(stat.size), mtimeNs: stat.mtimeNs, inode: stat.ino };
}

export function isSame(a: FileIdentity, b: FileIdentity): boolean {
  return a.inode === b.inode && hasSameStamp(a, b);
}

/** Same size and time: the same file, if a file system numbers its files anew. */
export function hasSameStamp(a: FileIdentity, b: FileIdentity): boolean {
  return a.bytes === b.bytes && a.mtimeNs === b.mtimeNs;
}
