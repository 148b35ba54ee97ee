/** Why a name of a server's listing must not become the name of a local file; undefined when it may. */
export function whyUnsafe(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'no name of a file';
  if (name.includes('/')) return 'a path instead of a name';
  // Where Windows reads the folder, it separates names.
  if (name.includes('\\')) return 'a backslash in the name';
  if (/\p{Cc}/u.test(name)) return 'a control character in the name';
  // What the bytes become that are no UTF-8.
  if (name.includes('\ufffd')) return 'a name that is not UTF-8';
  const bytes = Buffer.byteLength(name);
  if (bytes > LONGEST_NAME) return `a name of ${bytes} bytes, where ${LONGEST_NAME} are the most`;
  return undefined;
}

/** What Linux's file systems take. */
const LONGEST_NAME = 255;

/** Longest path below the remote folder, in bytes: it is a key of the ledger, and PostgreSQL's have a limit. */
export const LONGEST_PATH = 2_000;

/** Longest piece of an unsafe path that is shown. */
const LONGEST_SHOWN = 500;

/** An unsafe path as text that can be stored and shown: escapes instead of control characters. Not a path any more. */
export function printable(path: string): string {
  const shown = path.replaceAll(/[\\\p{Cc}\p{Cf}\p{Cs}]/gu, (sign) =>
    sign === '\\' ? '\\\\' : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN - 1)}…` : shown;
}
