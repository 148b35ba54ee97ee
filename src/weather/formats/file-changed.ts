/** Thrown by a format where a file on disk is not what it was a moment ago: it is read again by the next run, from the beginning. */
export class FileChanged extends Error {
  constructor(path: string) {
    super(`${path} changed while it was read`);
  }
}
