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

/** Throws `DiskProblem` when `bytes` do not fit. */
export function checkRoom(folder: string, file: string, bytes: number): void {
  const free = freeBytes(folder);
  if (bytes > free)
    throw new DiskProblem(
      `the disk of ${folder} is full: ${free} bytes free, and ${file} needs ${bytes}. Make room there; what was fetched stays`,
    );
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
