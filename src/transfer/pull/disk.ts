import { statfsSync } from 'node:fs';

/** The local disk takes no more: somebody has to make room, or mend it. Its message is a sentence for operators. */
export class DiskProblem extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DiskProblem';
  }
}

const WORDS: Record<string, string> = {
  ENOSPC: 'is full',
  EDQUOT: 'is full: the quota of this user is used up',
  EROFS: 'is mounted read-only',
  EACCES: 'may not be written by the user of the worker',
  EPERM: 'may not be written by the user of the worker',
  EIO: 'fails: the system reports an input/output error',
};

/** An error of a file system call as a problem of the disk; undefined when it is none. */
export function diskProblem(folder: string, error: unknown): DiskProblem | undefined {
  const words = WORDS[(error as NodeJS.ErrnoException).code ?? ''];
  if (words === undefined) return undefined;
  const { path = folder } = error as NodeJS.ErrnoException;
  return new DiskProblem(
    `the disk of ${folder} ${words}: ${path} cannot be written, ${freeBytes(folder)} bytes are free. Mend that; what was fetched stays`,
    { cause: error },
  );
}

/** Something that is being written to the disk. */
export interface Growing {
  /** Bytes that it does not have yet. */
  readonly missing: number;
}

/**
 * Throws `DiskProblem` when `bytes` do not fit beside what is being written. Otherwise two large files, of which one
 * has room, would fill the disk together, and neither would ever be complete.
 */
export function checkRoom(folder: string, file: string, bytes: number, growing: Iterable<Growing>): void {
  const free = freeBytes(folder);
  const promised = [...growing].reduce((sum, { missing }) => sum + missing, 0);
  if (bytes > free - promised)
    throw new DiskProblem(
      `the disk of ${folder} is full: ${free} bytes free, and ${file} needs ${bytes}${promised > 0 ? `, others ${promised}` : ''}. Make room there; what was fetched stays`,
    );
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
