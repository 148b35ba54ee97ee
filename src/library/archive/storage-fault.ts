import { statfsSync } from 'node:fs';

/** Errors of a disk that takes nothing more, and of a process that can open nothing more: no file is at fault. */
const DISK = new Set(['ENOSPC', 'EDQUOT', 'EROFS']);
const PROCESS = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/**
 * Gives back the error of a file that could not be kept when the file is at fault. Throws when the storage, or this
 * process, is: no other file could be kept either.
 */
export function storageFault(error: unknown, storage: string): unknown {
  const { code = '', path: where, message } = error as NodeJS.ErrnoException;
  if (DISK.has(code))
    throw new Error(`the storage ${storage} takes no more: ${message}; ${freeSpace(storage)}`, {
      cause: error,
    });
  if (PROCESS.has(code) || where?.startsWith(storage)) throw error;
  return error;
}

function freeSpace(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return `${Math.floor((bavail * bsize) / 2 ** 20)} MB are free there`;
  } catch {
    return 'its free space cannot be found out';
  }
}
