import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** A file that is no small regular file; the message has not its name. */
export class NotSmall extends Error {}

/**
 * Reads a file that somebody else has put there: follows no link, waits for no pipe, and takes no more than `most`
 * bytes. Throws `NotSmall`, and the errors of the disk.
 */
export function readSmallFile(file: string, most: number): Buffer {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new NotSmall('it is no file');
    if (stat.size > most) throw new NotSmall(`it has ${stat.size} bytes; expected at most ${most}`);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}
